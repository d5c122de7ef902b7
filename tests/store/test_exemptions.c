/* SPDX-License-Identifier: BSD-2-Clause */
/* Exemptions in the database. */
#include "store/exemptions.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "tests/store/admin_db.h"

static int add(const char *string)
{
	struct network network = a_network(string);
	struct change change = a_change("exempt add");

	return exemptions_add(admin, &network, &change);
}

static int end(const char *string)
{
	struct network network = a_network(string);
	struct change change = a_change("exempt remove");

	return exemptions_end(admin, &network, &change);
}

static void take(void *context, const struct exemption *exemption)
{
	char network[NETWORK_TEXT_SIZE];

	network_format(&exemption->network, network);
	text_add_format(context, "%s %s %s\n", network, exemption->who, exemption->why);
}

static void assert_exempt(const char *expected)
{
	char buffer[512];
	struct text text = TEXT_OVER(buffer);

	assert_int_equal(exemptions_each(admin, take, &text), ERR_NONE);
	assert_string_equal(buffer, expected);
}

static void they_are_given_by_address_with_who_and_why(void **state)
{
	(void)state;
	assert_exempt("");
	assert_int_equal(add("198.18.7.9"), ERR_NONE);
	assert_int_equal(add("198.18.0.0/16"), ERR_NONE);
	assert_int_equal(add("::1"), ERR_NONE);
	assert_exempt("::1 tester a test\n198.18.0.0/16 tester a test\n198.18.7.9 tester a test\n");
}

static void a_network_is_exempt_once_and_again_after_its_end(void **state)
{
	(void)state;
	assert_int_equal(add("198.18.7.9"), ERR_NONE);
	assert_int_equal(add("198.18.7.9"), ERR_EXISTS);
	assert_int_equal(end("198.18.7.9"), ERR_NONE);
	assert_exempt("");
	assert_int_equal(end("198.18.7.9"), ERR_NOT_FOUND);
	assert_int_equal(add("198.18.7.9"), ERR_NONE);
	/* A refusal records no change. */
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what LIKE 'exempt%'"), 3);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM exemption"), 2);
}

static void only_the_very_network_is_ended(void **state)
{
	(void)state;
	assert_int_equal(add("198.18.7.0/24"), ERR_NONE);
	assert_int_equal(end("198.18.7.0"), ERR_NOT_FOUND);
	assert_int_equal(end("198.18.6.0/23"), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(they_are_given_by_address_with_who_and_why),
		WITH_ADMIN(a_network_is_exempt_once_and_again_after_its_end),
		WITH_ADMIN(only_the_very_network_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
