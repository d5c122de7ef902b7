/* SPDX-License-Identifier: BSD-2-Clause */
/* How many requests a client may make. */
#include "web/limits.h"

#include <stdio.h>

#include "base/err.h"
#include "tests/support/unit.h"

#define NOW 1000000
#define HOUR 3600

static struct limits *limits;

static int make(void **state)
{
	(void)state;
	return limits_new(&limits);
}

static int unmake(void **state)
{
	(void)state;
	limits_free(&limits);
	assert_null(limits);
	limits_free(&limits);
	return 0;
}

static struct addr address(const char *string)
{
	struct addr addr;

	assert_int_equal(addr_parse(string, &addr), ERR_NONE);
	return addr;
}

static bool take(const char *string, int64_t now, long most)
{
	struct addr addr = address(string);
	int64_t wait;

	return limits_take(limits, ALLOWANCE_LOOKUPS, &addr, now, most, HOUR, &wait);
}

static void a_client_has_so_many_in_a_span_and_learns_when_it_is_over(void **state)
{
	struct addr client = address("192.0.2.1");
	int64_t wait = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(
			limits_take(limits, ALLOWANCE_LOOKUPS, &client, NOW + i, 3, HOUR, &wait));
	assert_false(limits_take(limits, ALLOWANCE_LOOKUPS, &client, NOW + 10, 3, HOUR, &wait));
	assert_int_equal(wait, HOUR - 10);
	assert_false(
		limits_take(limits, ALLOWANCE_LOOKUPS, &client, NOW + HOUR - 1, 3, HOUR, &wait));
	assert_true(limits_take(limits, ALLOWANCE_LOOKUPS, &client, NOW + HOUR, 3, HOUR, &wait));
	assert_int_equal(wait, HOUR);
}

static void one_client_takes_nothing_from_another(void **state)
{
	(void)state;
	assert_true(take("192.0.2.1", NOW, 1));
	assert_false(take("192.0.2.1", NOW, 1));
	assert_true(take("192.0.2.2", NOW, 1));
	assert_true(take("::c000:201", NOW, 1)); /* the IPv6 address of the same last octets */
}

static void ipv6_counts_by_64(void **state)
{
	(void)state;
	assert_true(take("2001:db8::1", NOW, 1));
	assert_false(take("2001:db8::ffff:2", NOW, 1));
	assert_false(take("2001:db8:0:0:ffff:ffff:ffff:ffff", NOW, 1));
	assert_true(take("2001:db8:0:1::1", NOW, 1));
}

static void none_at_all_is_a_limit_too(void **state)
{
	(void)state;
	assert_false(take("192.0.2.1", NOW, 0));
}

/* Far more clients than there are places: the latest ones are still counted. */
static void very_many_clients_make_only_the_oldest_forgotten(void **state)
{
	(void)state;
	for (int i = 0; i < 100000; i++) {
		char string[ADDR_TEXT_SIZE];
		snprintf(string, sizeof(string), "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
		assert_true(take(string, NOW + i / 100, 1));
		assert_false(take(string, NOW + i / 100, 1));
	}
	assert_true(take("10.0.0.0", NOW + 1000, 1));
	assert_false(take("10.1.134.159", NOW + 1000, 1));
}

#define WITH_LIMIT(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_LIMIT(a_client_has_so_many_in_a_span_and_learns_when_it_is_over),
		WITH_LIMIT(one_client_takes_nothing_from_another),
		WITH_LIMIT(ipv6_counts_by_64),
		WITH_LIMIT(none_at_all_is_a_limit_too),
		WITH_LIMIT(very_many_clients_make_only_the_oldest_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
