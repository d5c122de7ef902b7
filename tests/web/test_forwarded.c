/* SPDX-License-Identifier: BSD-2-Clause */
/* The address of a visitor behind trusted proxies. */
#include "web/forwarded.h"

#include <string.h>

#include "base/err.h"
#include "conf/conf.h"
#include "tests/support/unit.h"

static struct network proxies[2];
static struct conf conf = {
	.web = {.trusted_proxies = proxies, .trusted_proxy_count = COUNT_OF(proxies)},
};

static int trust(void **state)
{
	(void)state;
	return network_parse("127.0.0.0/8", &proxies[0]) ||
	       network_parse("2001:db8::/32", &proxies[1]);
}

/* The visitor of a connection, as text. */
static const char *client_of(const char *connection, const char *forwarded_for)
{
	static char text[ADDR_TEXT_SIZE];
	struct forwarded forwarded = {.conf = &conf};
	struct addr from, client;

	assert_int_equal(addr_parse(connection, &from), ERR_NONE);
	if (forwarded_for != NULL)
		forwarded_add(&forwarded, forwarded_for);
	client = forwarded_client(&forwarded, &from);
	addr_format(&client, text);
	return text;
}

static void a_forwarded_address_counts_only_from_a_trusted_proxy(void **state)
{
	static const struct {
		const char *connection;
		const char *forwarded_for;
		const char *client;
	} cases[] = {
		{"192.0.2.1", NULL, "192.0.2.1"},
		{"192.0.2.1", "198.51.100.7", "192.0.2.1"},
		{"127.0.0.1", NULL, "127.0.0.1"},
		{"127.0.0.1", "198.51.100.7", "198.51.100.7"},
		{"127.0.0.1", "  198.51.100.7\t", "198.51.100.7"},
		{"127.0.0.1", "2001:db9::1", "2001:db9::1"},
		{"2001:db8::5", "198.51.100.7", "198.51.100.7"},
		{"127.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"},
		/* The visitor can write what it likes in front. */
		{"127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"},
		{"127.0.0.1", "203.0.113.9,127.0.0.1,198.51.100.7", "198.51.100.7"},
		/* A row of proxies of ours. */
		{"127.0.0.1", "198.51.100.7, 2001:db8::9, 127.0.0.3", "198.51.100.7"},
		{"127.0.0.1", "127.0.0.2, 127.0.0.3", "127.0.0.2"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(
			client_of(cases[i].connection, cases[i].forwarded_for), cases[i].client);
}

static void what_is_no_address_ends_the_search(void **state)
{
	static const struct {
		const char *forwarded_for;
		const char *client;
	} cases[] = {
		{"", "127.0.0.1"},
		{",", "127.0.0.1"},
		{", , ,", "127.0.0.1"},
		{"unknown", "127.0.0.1"},
		{"198.51.100.7,", "127.0.0.1"},
		{"198.51.100.7, unknown", "127.0.0.1"},
		{"198.51.100.7, unknown, 127.0.0.2", "127.0.0.2"},
		{"198.51.100.007", "127.0.0.1"},
		{"198.51.100.7:4711", "127.0.0.1"},
		{"[2001:db9::1]", "127.0.0.1"},
		{"fe80::1%eth0", "127.0.0.1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(
			client_of("127.0.0.1", cases[i].forwarded_for), cases[i].client);
}

static void several_fields_are_one_list(void **state)
{
	struct forwarded forwarded = {.conf = &conf};
	struct addr from, client;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(addr_parse("127.0.0.1", &from), ERR_NONE);
	forwarded_add(&forwarded, "203.0.113.9");
	forwarded_add(&forwarded, "198.51.100.7, 127.0.0.2");
	client = forwarded_client(&forwarded, &from);
	addr_format(&client, text);
	assert_string_equal(text, "198.51.100.7");
	forwarded_add(&forwarded, "");
	client = forwarded_client(&forwarded, &from);
	assert_int_equal(addr_compare(&client, &from), 0);
}

static void of_a_very_long_header_the_end_counts(void **state)
{
	char header[8192];

	(void)state;
	memset(header, ',', sizeof(header));
	strcpy(header + sizeof(header) - 20, ", 198.51.100.7");
	assert_string_equal(client_of("127.0.0.1", header), "198.51.100.7");
	memset(header, '1', sizeof(header) - 1);
	header[sizeof(header) - 1] = '\0';
	assert_string_equal(client_of("127.0.0.1", header), "127.0.0.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_forwarded_address_counts_only_from_a_trusted_proxy),
		cmocka_unit_test(what_is_no_address_ends_the_search),
		cmocka_unit_test(several_fields_are_one_list),
		cmocka_unit_test(of_a_very_long_header_the_end_counts),
	};

	return cmocka_run_group_tests(tests, trust, NULL);
}
