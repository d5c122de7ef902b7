/* SPDX-License-Identifier: BSD-2-Clause */
/* References of hits: making one, and reading what somebody typed. */
#include <ctype.h>
#include <string.h>

#include "core/hit.h"
#include "tests/support/unit.h"

static void references_come_back_as_they_went(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		uint64_t secret = (uint64_t)unit_random(&random) << 32 | unit_random(&random);
		int64_t id = 1 + (int64_t)(secret >> (unit_random(&random) % 60 + 4)), parsed;
		char ref[REF_SIZE], canonical[REF_SIZE];
		hit_ref_format(id, secret, ref);
		assert_true(hit_ref_parse(ref, &parsed, canonical));
		assert_int_equal(parsed, id);
		assert_string_equal(canonical, ref);
	}
}

static void a_reference_may_be_typed_as_it_was_read_out(void **state)
{
	char canonical[REF_SIZE];
	int64_t id;

	(void)state;
	assert_true(hit_ref_parse("1o-abcdefghjkil", &id, canonical));
	assert_int_equal(id, 32);
	assert_string_equal(canonical, "10-ABCDEFGHJK11");
	assert_true(hit_ref_parse("0001-abcdefghjkil", &id, canonical));
	assert_string_equal(canonical, "1-ABCDEFGHJK11");
}

static void what_is_no_reference_is_not_read(void **state)
{
	static const char *const cases[] = {
		"",
		"-",
		"1",
		"1-",
		"-000000000000",
		"0-000000000000",
		"1-00000000000U",
		"1-0000000000000",
		"1-000000000000-",
		"1-000000000000 ",
		" 1-000000000000",
		"1--00000000000",
		"1234567890123-000000000000",
		"1-\xff",
		"1-00000000000\n",
		"'; DROP TABLE hit; --",
	};
	char canonical[REF_SIZE];
	int64_t id;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (hit_ref_parse(cases[i], &id, canonical))
			fail_msg("\"%s\" was read as row %ld", cases[i], (long)id);
	}
}

static void different_secrets_make_different_references(void **state)
{
	char a[REF_SIZE], b[REF_SIZE];

	(void)state;
	for (int bit = 0; bit < 60; bit++) {
		hit_ref_format(7, 0, a);
		hit_ref_format(7, UINT64_C(1) << bit, b);
		assert_string_not_equal(a, b);
		assert_int_equal(strlen(a), strlen(b));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(references_come_back_as_they_went),
		cmocka_unit_test(a_reference_may_be_typed_as_it_was_read_out),
		cmocka_unit_test(what_is_no_reference_is_not_read),
		cmocka_unit_test(different_secrets_make_different_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
