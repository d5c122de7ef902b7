/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of each error number. */
#include "base/err.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "tests/support/unit.h"

static const int ALL[] = {ERR_NONE, ERR_MEMORY, ERR_SYNTAX, ERR_RANGE, ERR_HOST_BITS, ERR_NOT_FOUND,
	ERR_EXISTS, ERR_REFUSED, ERR_TIMEOUT, ERR_STOPPED, ERR_IO, ERR_DB_MISSING, ERR_DB_FOREIGN,
	ERR_DB_OLDER, ERR_DB_NEWER, ERR_DB_BUSY, ERR_DB_FULL, ERR_DB_CORRUPT, ERR_DB_READONLY,
	ERR_DB};

static void every_error_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ALL); i++) {
		assert_string_not_equal(err_text(ALL[i]), "unknown error");
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(err_text(ALL[i]), err_text(ALL[j]));
	}
}

static void a_text_fits_at_the_end_of_a_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ALL); i++) {
		const char *text = err_text(ALL[i]);

		assert_true(islower((unsigned char)text[0]));
		assert_int_not_equal(text[strlen(text) - 1], '.');
	}
}

static void a_number_that_is_no_error_is_unknown(void **state)
{
	static const int NUMBERS[] = {1, 28, INT_MAX, INT_MIN, -11, -19, ERR_DB - 1, -1000};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++)
		assert_string_equal(err_text(NUMBERS[i]), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_text_of_its_own),
		cmocka_unit_test(a_text_fits_at_the_end_of_a_message),
		cmocka_unit_test(a_number_that_is_no_error_is_unknown),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
