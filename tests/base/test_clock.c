/* SPDX-License-Identifier: BSD-2-Clause */
/* Times and durations as text, and the clocks that a test can replace. */
#include "base/clock.h"

#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "tests/support/unit.h"

#define NOW INT64_C(1795208545) /* 2026-11-20 21:02:25 */
#define DAY INT64_C(86400)
#define YEAR (365 * DAY)

static int64_t at_now(void)
{
	return NOW;
}

static void gives_the_real_time_unless_a_test_replaces_it(void **state)
{
	(void)state;
	clock_replace(at_now);
	assert_int_equal(clock_now(), NOW);
	clock_replace(NULL);
	assert_in_range(clock_now() - (int64_t)time(NULL) + 1, 0, 2);
}

static void the_monotonic_clock_counts_milliseconds_and_never_goes_back(void **state)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	int64_t before = clock_monotonic_msecs(), last = before;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_monotonic_msecs();

		assert_true(now >= last);
		last = now;
	}
	nanosleep(&pause, NULL);
	assert_in_range(clock_monotonic_msecs() - before, 20, 20000);
}

static const struct {
	int64_t time;
	const char *text;
} TIMES[] = {
	{NOW, "2026-11-20 21:02:25"},
	{0, "1970-01-01 00:00:00"},
	{-1, "1969-12-31 23:59:59"},
	{951782399, "2000-02-28 23:59:59"},
	{951782400, "2000-02-29 00:00:00"},
	{4107542399, "2100-02-28 23:59:59"},
	{4107542400, "2100-03-01 00:00:00"},
	{INT64_C(2147483648), "2038-01-19 03:14:08"},
	{INT64_C(253402300799), "9999-12-31 23:59:59"},
	{INT64_C(-62167219200), "0000-01-01 00:00:00"},
};

static void writes_times_as_utc_and_reads_them_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(TIMES); i++) {
		char text[CLOCK_TEXT_SIZE];
		int64_t time;

		clock_format(TIMES[i].time, text);
		assert_string_equal(text, TIMES[i].text);
		assert_int_equal(clock_parse_moment(text, NOW, &time), ERR_NONE);
		assert_int_equal(time, TIMES[i].time);
	}
}

static void writes_a_time_beyond_four_digit_years_as_the_nearest_of_them(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	clock_format(INT64_C(253402300800), text);
	assert_string_equal(text, "9999-12-31 23:59:59");
	clock_format(INT64_MAX, text);
	assert_string_equal(text, "9999-12-31 23:59:59");
	clock_format(INT64_C(-62167219201), text);
	assert_string_equal(text, "0000-01-01 00:00:00");
	clock_format(INT64_MIN, text);
	assert_string_equal(text, "0000-01-01 00:00:00");
}

/* The time zone of the user has no influence. */
static void a_time_zone_changes_nothing(void **state)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t time;

	(void)state;
	assert_int_equal(setenv("TZ", "XXX-5:30", 1), 0);
	tzset();
	clock_format(NOW, text);
	assert_string_equal(text, "2026-11-20 21:02:25");
	assert_int_equal(clock_parse_moment(text, 0, &time), ERR_NONE);
	assert_int_equal(time, NOW);
	unsetenv("TZ");
	tzset();
}

static const struct {
	const char *string;
	int err;
	int64_t seconds;
} DURATIONS[] = {
	{"0s", ERR_NONE, 0},
	{"1s", ERR_NONE, 1},
	{"5m", ERR_NONE, 300},
	{"2h", ERR_NONE, 7200},
	{"90d", ERR_NONE, 7776000},
	{"2w", ERR_NONE, 14 * DAY},
	{"1y", ERR_NONE, YEAR},
	{"100y", ERR_NONE, 100 * YEAR},
	{"36500d", ERR_NONE, 100 * YEAR},
	{"3153600000s", ERR_NONE, 100 * YEAR},
	{"007d", ERR_NONE, 7 * DAY},
	{"never", ERR_NONE, CLOCK_NEVER},
	{"101y", ERR_RANGE, 0},
	{"36501d", ERR_RANGE, 0},
	{"3153600001s", ERR_RANGE, 0},
	{"18446744073709551617s", ERR_RANGE, 0},
	{"99999999999999999999999999999999999999999999999999d", ERR_RANGE, 0},
	{"", ERR_SYNTAX, 0},
	{"d", ERR_SYNTAX, 0},
	{"90", ERR_SYNTAX, 0},
	{"90 d", ERR_SYNTAX, 0},
	{" 90d", ERR_SYNTAX, 0},
	{"90d ", ERR_SYNTAX, 0},
	{"90D", ERR_SYNTAX, 0},
	{"90days", ERR_SYNTAX, 0},
	{"1d12h", ERR_SYNTAX, 0},
	{"-1d", ERR_SYNTAX, 0},
	{"+1d", ERR_SYNTAX, 0},
	{"1.5d", ERR_SYNTAX, 0},
	{"1e3d", ERR_SYNTAX, 0},
	{"Never", ERR_SYNTAX, 0},
	{"never ", ERR_SYNTAX, 0},
	{"1M", ERR_SYNTAX, 0},
};

static void reads_durations_and_refuses_the_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(DURATIONS); i++) {
		int64_t seconds = -1;
		int err = clock_parse_duration(DURATIONS[i].string, &seconds);

		if (err != DURATIONS[i].err || seconds != DURATIONS[i].seconds)
			fail_msg("\"%s\": %s, %lld", DURATIONS[i].string, err_text(err),
				(long long)seconds);
	}
}

static const struct {
	int64_t seconds;
	const char *text;
} WRITTEN[] = {
	{0, "0s"},
	{1, "1s"},
	{59, "59s"},
	{60, "1m"},
	{61, "61s"},
	{3600, "1h"},
	{5400, "90m"},
	{DAY, "1d"},
	{36 * 3600, "36h"},
	{7 * DAY, "7d"},
	{30 * DAY, "30d"},
	{7776000, "90d"},
	{YEAR, "365d"},
	{364 * DAY, "364d"},
	{366 * DAY, "366d"},
	{100 * YEAR, "36500d"},
	{-90, "-90s"},
	{CLOCK_NEVER, "never"},
};

static void writes_a_duration_in_its_largest_exact_unit(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(WRITTEN); i++) {
		char text[CLOCK_TEXT_SIZE];

		clock_format_duration(WRITTEN[i].seconds, text);
		assert_string_equal(text, WRITTEN[i].text);
	}
}

static void a_duration_that_was_written_reads_as_the_same(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		int64_t seconds = unit_random(&random) % (100 * YEAR + 1), again;
		char text[CLOCK_TEXT_SIZE];

		if (i % 2)
			seconds -= seconds % 3600;
		clock_format_duration(seconds, text);
		assert_int_equal(clock_parse_duration(text, &again), ERR_NONE);
		assert_int_equal(again, seconds);
	}
}

static const struct {
	const char *string;
	int err;
	int64_t time;
} MOMENTS[] = {
	{"2026-11-20", ERR_NONE, 1795132800},
	{"2026-11-20 21:02", ERR_NONE, 1795208520},
	{"2026-11-20T21:02", ERR_NONE, 1795208520},
	{"2026-11-20 21:02Z", ERR_NONE, 1795208520},
	{"2026-11-20 21:02:25", ERR_NONE, NOW},
	{"2026-11-20T21:02:25", ERR_NONE, NOW},
	{"2026-11-20 21:02:25Z", ERR_NONE, NOW},
	{"2026-11-20T21:02:25Z", ERR_NONE, NOW},
	{"2024-02-29", ERR_NONE, 1709164800},
	{"2000-02-29", ERR_NONE, 951782400},
	{"7d", ERR_NONE, NOW - 7 * DAY},
	{"0s", ERR_NONE, NOW},
	{"2026-02-29", ERR_RANGE, 0},
	{"2026-02-30", ERR_RANGE, 0},
	{"2100-02-29", ERR_RANGE, 0},
	{"2026-04-31", ERR_RANGE, 0},
	{"2026-00-10", ERR_RANGE, 0},
	{"2026-13-10", ERR_RANGE, 0},
	{"2026-11-00", ERR_RANGE, 0},
	{"2026-11-32", ERR_RANGE, 0},
	{"2026-11-20 24:00", ERR_RANGE, 0},
	{"2026-11-20 23:60", ERR_RANGE, 0},
	{"2026-12-31 23:59:60", ERR_RANGE, 0},
	{"101y", ERR_RANGE, 0},
	{"", ERR_SYNTAX, 0},
	{"never", ERR_SYNTAX, 0},
	{"now", ERR_SYNTAX, 0},
	{"2026", ERR_SYNTAX, 0},
	{"2026-11", ERR_SYNTAX, 0},
	{"2026-11-2", ERR_SYNTAX, 0},
	{"2026-1-20", ERR_SYNTAX, 0},
	{"26-11-20", ERR_SYNTAX, 0},
	{"20.11.2026", ERR_SYNTAX, 0},
	{"2026/11/20", ERR_SYNTAX, 0},
	{" 2026-11-20", ERR_SYNTAX, 0},
	{"2026-11-20 ", ERR_SYNTAX, 0},
	{"2026-11-20Z", ERR_SYNTAX, 0},
	{"2026-11-20 21", ERR_SYNTAX, 0},
	{"2026-11-20  21:02", ERR_SYNTAX, 0},
	{"2026-11-20t21:02", ERR_SYNTAX, 0},
	{"2026-11-20 21:02:", ERR_SYNTAX, 0},
	{"2026-11-20 21:02:25.5", ERR_SYNTAX, 0},
	{"2026-11-20 21:02:25+01:00", ERR_SYNTAX, 0},
	{"2026-11-20 21:02:25ZZ", ERR_SYNTAX, 0},
	{"+026-11-20", ERR_SYNTAX, 0},
	{"-026-11-20", ERR_SYNTAX, 0},
	{"2026-11-20 -1:02", ERR_SYNTAX, 0},
	{"12026-11-20", ERR_SYNTAX, 0},
};

static void reads_moments_and_refuses_the_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(MOMENTS); i++) {
		int64_t time = -1;
		int err = clock_parse_moment(MOMENTS[i].string, NOW, &time);

		if (err != MOMENTS[i].err || time != MOMENTS[i].time)
			fail_msg("\"%s\": %s, %lld", MOMENTS[i].string, err_text(err),
				(long long)time);
	}
}

static void a_moment_before_all_time_is_out_of_range(void **state)
{
	int64_t time = -1;

	(void)state;
	assert_int_equal(clock_parse_moment("1y", INT64_MIN, &time), ERR_RANGE);
	assert_int_equal(time, 0);
}

static void every_day_of_a_century_reads_and_writes_alike(void **state)
{
	(void)state;
	for (int64_t time = 0; time < 100 * YEAR; time += DAY) {
		char text[CLOCK_TEXT_SIZE];
		int64_t again;

		clock_format(time, text);
		text[10] = '\0';
		assert_int_equal(clock_parse_moment(text, NOW, &again), ERR_NONE);
		assert_int_equal(again, time);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_real_time_unless_a_test_replaces_it),
		cmocka_unit_test(the_monotonic_clock_counts_milliseconds_and_never_goes_back),
		cmocka_unit_test(writes_times_as_utc_and_reads_them_back),
		cmocka_unit_test(writes_a_time_beyond_four_digit_years_as_the_nearest_of_them),
		cmocka_unit_test(a_time_zone_changes_nothing),
		cmocka_unit_test(reads_durations_and_refuses_the_rest),
		cmocka_unit_test(writes_a_duration_in_its_largest_exact_unit),
		cmocka_unit_test(a_duration_that_was_written_reads_as_the_same),
		cmocka_unit_test(reads_moments_and_refuses_the_rest),
		cmocka_unit_test(a_moment_before_all_time_is_out_of_range),
		cmocka_unit_test(every_day_of_a_century_reads_and_writes_alike),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
