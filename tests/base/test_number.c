/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers: digits only, within bounds, however long the string is. */
#include "base/number.h"

#include "tests/support/unit.h"

static void digits_within_the_bounds_are_a_number(void **state)
{
	static const struct {
		const char *string;
		int64_t least, most, number;
	} cases[] = {
		{"0", 0, 0, 0},
		{"1", 1, 65535, 1},
		{"65535", 1, 65535, 65535},
		{"007", 0, 9, 7},
		{"9223372036854775807", 0, INT64_MAX, INT64_MAX},
		{"0000000000000000000000000000001", 1, 5, 1},
	};
	int64_t number;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (!number_parse(cases[i].string, cases[i].least, cases[i].most, &number))
			fail_msg("\"%s\" is refused", cases[i].string);
		assert_int_equal(number, cases[i].number);
	}
}

static void everything_else_is_refused(void **state)
{
	static const struct {
		const char *string;
		int64_t least, most;
	} cases[] = {
		{"", 0, 9},
		{"0", 1, 9},
		{"10", 0, 9},
		{"9", 0, 8},
		{"65536", 1, 65535},
		{"-1", 0, 9},
		{"+1", 0, 9},
		{" 1", 0, 9},
		{"1 ", 0, 9},
		{"1a", 0, 9},
		{"0x1", 0, 9},
		{"1.0", 0, 9},
		{"9223372036854775808", 0, INT64_MAX},
		{"99999999999999999999999999", 0, INT64_MAX},
		{"\xd9\xa1", 0, 9},
	};
	int64_t number;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		number = 5;
		if (number_parse(cases[i].string, cases[i].least, cases[i].most, &number))
			fail_msg("\"%s\" is taken for a number", cases[i].string);
		assert_int_equal(number, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits_within_the_bounds_are_a_number),
		cmocka_unit_test(everything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
