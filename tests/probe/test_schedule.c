/* SPDX-License-Identifier: BSD-2-Clause */
/* How many hosts are tested at once, and how fast. */
#include "probe/schedule.h"

#include <stdio.h>

#include "tests/support/unit.h"

static struct schedule schedule;

static struct addr an_addr(const char *string)
{
	struct addr addr;

	assert_int_equal(addr_parse(string, &addr), 0);
	return addr;
}

static bool allows(const char *string)
{
	struct addr addr = an_addr(string);

	return schedule_allows(&schedule, &addr);
}

static void start_as(const char *string, bool urgent, int64_t now_msecs)
{
	struct addr addr = an_addr(string);

	assert_true(schedule_has_room(&schedule, urgent, now_msecs));
	assert_true(schedule_allows(&schedule, &addr));
	schedule_start(&schedule, &addr, urgent, now_msecs);
}

static void start(const char *string, int64_t now_msecs)
{
	start_as(string, true, now_msecs);
}

static void end(const char *string)
{
	struct addr addr = an_addr(string);

	schedule_end(&schedule, &addr);
}

static void no_address_is_tested_twice_at_once(void **state)
{
	(void)state;
	schedule_init(&schedule, 100000);
	start("198.51.100.7", 0);
	assert_false(allows("198.51.100.7"));
	end("198.51.100.7");
	assert_true(allows("198.51.100.7"));
}

static void two_at_once_in_a_network(void **state)
{
	static const char *const cases[][4] = {
		{"198.51.100.7", "198.51.100.8", "198.51.100.255", "198.51.101.7"},
		{"2001:db8::1", "2001:db8::2", "2001:db8::ffff:0:0:3", "2001:db8:0:1::1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		schedule_init(&schedule, 100000);
		start(cases[i][0], 0);
		start(cases[i][1], 0);
		assert_false(allows(cases[i][2]));
		assert_true(allows(cases[i][3]));
		end(cases[i][0]);
		assert_true(allows(cases[i][2]));
	}
}

static void the_rate_spaces_the_starts(void **state)
{
	(void)state;
	schedule_init(&schedule, 60);
	start_as("198.51.100.1", false, 5000);
	assert_false(schedule_has_room(&schedule, false, 5999));
	start_as("198.51.101.1", false, 6000);
	assert_false(schedule_has_room(&schedule, false, 6999));
	schedule_set_rate(&schedule, 600);
	start_as("198.51.102.1", false, 7000);
	assert_false(schedule_has_room(&schedule, false, 7099));
	assert_true(schedule_has_room(&schedule, false, 7100));
}

static void who_waits_for_a_test_gets_a_burst_that_the_others_make_up_for(void **state)
{
	char text[32];

	(void)state;
	schedule_init(&schedule, 60);
	for (int i = 0; i <= SCHEDULE_BURST; i++) {
		snprintf(text, sizeof(text), "198.18.%d.1", i);
		start(text, 5000);
	}
	assert_false(schedule_has_room(&schedule, true, 5999));
	assert_true(schedule_has_room(&schedule, true, 6000));
	assert_false(schedule_has_room(&schedule, false, 5000 + 1000 * SCHEDULE_BURST));
	assert_true(schedule_has_room(&schedule, false, 6000 + 1000 * SCHEDULE_BURST));
}

static void so_many_and_no_more_are_under_test(void **state)
{
	char text[32];

	(void)state;
	schedule_init(&schedule, 100000);
	for (int i = 0; i < SCHEDULE_MAX; i++) {
		snprintf(text, sizeof(text), "198.18.%d.1", i);
		start(text, 0);
	}
	assert_false(schedule_has_room(&schedule, true, 100000));
	end("198.18.3.1");
	assert_true(schedule_has_room(&schedule, true, 100000));
	end("198.18.3.1");
	start("198.18.3.1", 100000);
	assert_false(schedule_has_room(&schedule, true, 200000));
}

static void half_of_the_places_are_for_those_whom_somebody_waits_for(void **state)
{
	char string[32];

	(void)state;
	schedule_init(&schedule, 100000);
	for (int i = 0; i < SCHEDULE_MAX_WITHOUT_HASTE; i++) {
		snprintf(string, sizeof(string), "198.18.%d.1", i);
		struct addr addr = an_addr(string);
		assert_true(schedule_has_room(&schedule, false, 1000 * i));
		schedule_start(&schedule, &addr, false, 1000 * i);
	}
	assert_false(schedule_has_room(&schedule, false, 100000));
	assert_true(schedule_has_room(&schedule, true, 100000));
	end("198.18.3.1");
	assert_true(schedule_has_room(&schedule, false, 100000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_of_the_places_are_for_those_whom_somebody_waits_for),
		cmocka_unit_test(no_address_is_tested_twice_at_once),
		cmocka_unit_test(two_at_once_in_a_network),
		cmocka_unit_test(the_rate_spaces_the_starts),
		cmocka_unit_test(who_waits_for_a_test_gets_a_burst_that_the_others_make_up_for),
		cmocka_unit_test(so_many_and_no_more_are_under_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
