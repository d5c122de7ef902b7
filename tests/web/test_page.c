/* SPDX-License-Identifier: BSD-2-Clause */
/* What pages share: limits, and text that a visitor typed. */
#include "web/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "conf/conf.h"
#include "tests/support/unit.h"
#include "web/site.h"

#define HOUR 3600

static char operator_name[] = "Example & Co";
static struct conf conf = {
	.web = {.operator_name = operator_name, .lookups_per_hour = 2, .nominations_per_day = 1},
};
static struct site site = {.conf = &conf};
static int64_t wall_clock;

static int64_t tell_time(void)
{
	return wall_clock;
}

static int make(void **state)
{
	(void)state;
	wall_clock = 1000000;
	clock_replace(tell_time);
	return limits_new(&site.limits);
}

static int unmake(void **state)
{
	(void)state;
	clock_replace(NULL);
	limits_free(&site.limits);
	return 0;
}

/* Takes one of an allowance; the status of the answer, 0 when it has none of its own. */
static unsigned take(enum allowance allowance, struct answer *answer, char **page_r)
{
	struct visit visit = {.conf = &conf, .site = &site, .now = clock_now()};
	size_t length;

	*answer = (struct answer){.out = open_memstream(page_r, &length)};
	assert_non_null(answer->out);
	assert_int_equal(addr_parse("192.0.2.1", &visit.client), ERR_NONE);
	if (page_take_allowance(&visit, answer, allowance))
		assert_int_equal(answer->status, 0);
	assert_int_equal(fclose(answer->out), 0);
	return answer->status;
}

static unsigned status_of(enum allowance allowance)
{
	struct answer answer;
	char *page;
	unsigned status = take(allowance, &answer, &page);

	free(page);
	return status;
}

static void what_is_used_up_is_a_429_that_says_when_to_come_back(void **state)
{
	struct answer answer;
	char *page;

	(void)state;
	assert_int_equal(status_of(ALLOWANCE_LOOKUPS), 0);
	assert_int_equal(take(ALLOWANCE_LOOKUPS, &answer, &page), 0);
	assert_int_equal(answer.retry_secs, 0);
	free(page);
	assert_int_equal(take(ALLOWANCE_LOOKUPS, &answer, &page), 429);
	assert_in_range(answer.retry_secs, HOUR - 60, HOUR);
	assert_non_null(strstr(page, "Too many look-ups"));
	assert_non_null(strstr(page, "Example &amp; Co"));
	free(page);
	assert_int_equal(status_of(ALLOWANCE_NOMINATIONS), 0);
	assert_int_equal(status_of(ALLOWANCE_NOMINATIONS), 429);
	assert_int_equal(status_of(ALLOWANCE_REMOVALS), 0);
}

static void setting_the_clock_neither_gives_nor_takes_anything(void **state)
{
	(void)state;
	assert_int_equal(status_of(ALLOWANCE_NOMINATIONS), 0);
	wall_clock += 48 * HOUR;
	assert_int_equal(status_of(ALLOWANCE_NOMINATIONS), 429);
	wall_clock -= 96 * HOUR;
	assert_int_equal(status_of(ALLOWANCE_NOMINATIONS), 429);
}

#define WITH_LIMITS(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LIMITS(what_is_used_up_is_a_429_that_says_when_to_come_back),
		WITH_LIMITS(setting_the_clock_neither_gives_nor_takes_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
