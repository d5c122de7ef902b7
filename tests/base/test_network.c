/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks: reading, writing, and which addresses and networks they hold. */
#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "base/network.h"
#include "tests/support/unit.h"

static struct addr get_addr(const char *string)
{
	struct addr addr;

	assert_int_equal(addr_parse(string, &addr), ERR_NONE);
	return addr;
}

static struct network get_network(const char *string)
{
	struct network network;

	assert_int_equal(network_parse(string, &network), ERR_NONE);
	return network;
}

/* What is read, what comes back, and how it is written then ("" where it is blank). */
static const struct {
	const char *spelling;
	int err;
	const char *canonical;
} SPELLINGS[] = {
	{"192.0.2.0/24", ERR_NONE, "192.0.2.0/24"},
	{"192.0.2.1", ERR_NONE, "192.0.2.1"},
	{"192.0.2.1/32", ERR_NONE, "192.0.2.1"},
	{"0.0.0.0/0", ERR_NONE, "0.0.0.0/0"},
	{"128.0.0.0/1", ERR_NONE, "128.0.0.0/1"},
	{"::ffff:192.0.2.0/120", ERR_NONE, "192.0.2.0/24"},
	{"::ffff:c000:0200/120", ERR_NONE, "192.0.2.0/24"},
	{"::ffff:0:0/96", ERR_NONE, "0.0.0.0/0"},
	{"::ffff:192.0.2.1/128", ERR_NONE, "192.0.2.1"},
	{"2001:DB8::/32", ERR_NONE, "2001:db8::/32"},
	{"2001:db8::1/128", ERR_NONE, "2001:db8::1"},
	{"2001:db8::1", ERR_NONE, "2001:db8::1"},
	{"::/0", ERR_NONE, "::/0"},
	{"::/96", ERR_NONE, "::/96"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127", ERR_NONE,
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"},
	{"192.0.2.1/24", ERR_HOST_BITS, "192.0.2.0/24"},
	{"255.255.255.255/0", ERR_HOST_BITS, "0.0.0.0/0"},
	{"192.0.2.1/31", ERR_HOST_BITS, "192.0.2.0/31"},
	{"::ffff:192.0.2.1/120", ERR_HOST_BITS, "192.0.2.0/24"},
	{"::ffff:0:0/95", ERR_HOST_BITS, "::fffe:0:0/95"},
	{"::ffff:0:0/90", ERR_HOST_BITS, "::ffc0:0:0/90"},
	{"::ffff:1.2.3.4/0", ERR_HOST_BITS, "::/0"},
	{"2001:db8::1/32", ERR_HOST_BITS, "2001:db8::/32"},
	{"192.0.2.0/33", ERR_RANGE, ""},
	{"192.0.2.0/120", ERR_RANGE, ""},
	{"192.0.2.0/4294967320", ERR_RANGE, ""},
	{"192.0.2.0/18446744073709551640", ERR_RANGE, ""},
	{"2001:db8::/129", ERR_RANGE, ""},
	{"::ffff:192.0.2.0/129", ERR_RANGE, ""},
	{"", ERR_SYNTAX, ""},
	{"/", ERR_SYNTAX, ""},
	{"/24", ERR_SYNTAX, ""},
	{"1.2.3.4/", ERR_SYNTAX, ""},
	{"1.2.3.0/024", ERR_SYNTAX, ""},
	{"0.0.0.0/00", ERR_SYNTAX, ""},
	{"1.2.3.0/+24", ERR_SYNTAX, ""},
	{"1.2.3.0/-1", ERR_SYNTAX, ""},
	{"1.2.3.0/ 24", ERR_SYNTAX, ""},
	{"1.2.3.0/24 ", ERR_SYNTAX, ""},
	{"1.2.3.0 /24", ERR_SYNTAX, ""},
	{"1.2.3.0//24", ERR_SYNTAX, ""},
	{"1.2.3.0/24/24", ERR_SYNTAX, ""},
	{"1.2.3.0/255.255.255.0", ERR_SYNTAX, ""},
	{"1.2.3.0/0x18", ERR_SYNTAX, ""},
	{"1.2.3/24", ERR_SYNTAX, ""},
	{"1.2.3.0-1.2.3.255", ERR_SYNTAX, ""},
	{"fe80::%eth0/64", ERR_SYNTAX, ""},
	{"[2001:db8::]/32", ERR_SYNTAX, ""},
	{"00000000000000000000000000000000000000000000000000/0", ERR_SYNTAX, ""},
};

static void reads_networks_and_says_what_is_wrong_with_them(void **state)
{
	static const struct network BLANK;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SPELLINGS); i++) {
		struct network network;
		char text[NETWORK_TEXT_SIZE];
		int err;

		memset(&network, 0xaa, sizeof(network));
		err = network_parse(SPELLINGS[i].spelling, &network);
		if (err != SPELLINGS[i].err)
			fail_msg("%s: %s", SPELLINGS[i].spelling, err_text(err));
		network_format(&network, text);
		if (SPELLINGS[i].canonical[0] == '\0')
			assert_memory_equal(&network, &BLANK, sizeof(network));
		else
			assert_string_equal(text, SPELLINGS[i].canonical);
	}
}

static void refuses_a_prefix_length_of_300_digits(void **state)
{
	char string[320] = "1.2.3.0/";
	struct network network;

	(void)state;
	memset(string + 8, '9', 300);
	assert_int_equal(network_parse(string, &network), ERR_RANGE);
	memset(string + 8, '0', 300);
	assert_int_equal(network_parse(string, &network), ERR_SYNTAX);
}

/* The address before (step -1) or after (step 1), false when there is none. */
static bool find_neighbour(const struct addr *addr, int step, struct addr *neighbour_r)
{
	*neighbour_r = *addr;
	for (int i = 15; i >= 0; i--) {
		neighbour_r->octets[i] = (uint8_t)(neighbour_r->octets[i] + step);
		if (neighbour_r->octets[i] != (step > 0 ? 0 : 0xff))
			return true;
	}
	return false;
}

static void check_bounds(const struct addr *addr, unsigned prefix)
{
	struct network network = network_around(addr, prefix);
	struct addr last = network_last(&network), neighbour;
	bool crosses = prefix < NETWORK_IPV4_PREFIX;

	assert_true(network_contains(&network, addr));
	assert_true(network_contains(&network, &network.addr));
	assert_int_equal(network_contains(&network, &last), !(crosses && addr_is_ipv4(&last)));
	assert_true(addr_compare(&network.addr, addr) <= 0);
	assert_true(addr_compare(addr, &last) <= 0);
	if (find_neighbour(&network.addr, -1, &neighbour))
		assert_false(network_contains(&network, &neighbour));
	if (find_neighbour(&last, 1, &neighbour))
		assert_false(network_contains(&network, &neighbour));
}

static void holds_just_what_lies_within_its_bounds(void **state)
{
	static const char *const IPV6[] = {"::", "::1", "::fffe:ffff:ffff", "::1:0:0:0",
		"2001:db8::", "2001:db8:5555:aaaa:5555:aaaa:5555:aaaa",
		"7fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};
	static const char *const IPV4[] = {"0.0.0.0", "10.1.2.3", "127.255.255.255", "128.0.0.0",
		"192.0.2.170", "255.255.255.255"};

	(void)state;
	for (unsigned prefix = 0; prefix <= NETWORK_MAX_PREFIX; prefix++) {
		for (size_t i = 0; i < COUNT_OF(IPV6); i++) {
			struct addr addr = get_addr(IPV6[i]);

			check_bounds(&addr, prefix);
		}
		for (size_t i = 0; i < COUNT_OF(IPV4) && prefix >= NETWORK_IPV4_PREFIX; i++) {
			struct addr addr = get_addr(IPV4[i]);

			check_bounds(&addr, prefix);
		}
	}
}

static bool contains_naively(const struct network *network, const struct addr *addr)
{
	for (unsigned bit = 0; bit < network->prefix; bit++) {
		unsigned shift = 7 - bit % 8;

		if ((network->addr.octets[bit / 8] >> shift & 1) !=
			(addr->octets[bit / 8] >> shift & 1))
			return false;
	}
	return network->prefix >= 96 || !addr_is_ipv4(addr);
}

static void agrees_with_a_comparison_bit_by_bit(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct addr a, b;
		unsigned flipped = unit_random(&random) % 128, prefix = unit_random(&random) % 129;
		struct network network;

		for (size_t octet = 0; octet < sizeof(a.octets); octet++)
			a.octets[octet] = (uint8_t)unit_random(&random);
		if (i % 4 == 0)
			a = get_addr("192.0.2.77");
		b = a;
		b.octets[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
		network = network_around(&a, prefix);
		assert_int_equal(network_contains(&network, &b), contains_naively(&network, &b));
		assert_int_equal(network_contains(&network, &a), contains_naively(&network, &a));
	}
}

static const struct {
	const char *outer, *inner;
	bool covers;
} PAIRS[] = {
	{"192.0.2.0/24", "192.0.2.0/24", true},
	{"192.0.2.0/24", "192.0.2.128/25", true},
	{"192.0.2.0/24", "192.0.2.255", true},
	{"192.0.2.0/24", "192.0.2.0/23", false},
	{"192.0.2.0/24", "192.0.3.0/24", false},
	{"192.0.2.0/24", "0.0.0.0/0", false},
	{"0.0.0.0/0", "255.255.255.255", true},
	{"0.0.0.0/0", "::/0", false},
	{"0.0.0.0/0", "::/128", false},
	{"::/0", "0.0.0.0/0", false},
	{"::/0", "192.0.2.1", false},
	{"::/0", "2001:db8::/32", true},
	{"::/0", "::/0", true},
	{"::/64", "192.0.2.1", false},
	{"::fffe:0:0/95", "192.0.2.1", false},
	{"2001:db8::/32", "2001:db8:ffff::/48", true},
	{"2001:db8::/32", "2001:db9::/32", false},
	{"2001:db8::/32", "2001:d00::/24", false},
};

static void covers_the_networks_within_it_and_keeps_the_two_spaces_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(PAIRS); i++) {
		struct network outer = get_network(PAIRS[i].outer);
		struct network inner = get_network(PAIRS[i].inner);

		if (network_covers(&outer, &inner) != PAIRS[i].covers)
			fail_msg("%s and %s", PAIRS[i].outer, PAIRS[i].inner);
	}
}

static void the_network_of_an_address_holds_nothing_else(void **state)
{
	struct addr addr = get_addr("192.0.2.1"), neighbour;
	struct network network = network_of_addr(&addr);
	char text[NETWORK_TEXT_SIZE];

	(void)state;
	network_format(&network, text);
	assert_string_equal(text, "192.0.2.1");
	assert_true(network_contains(&network, &addr));
	assert_true(find_neighbour(&addr, 1, &neighbour));
	assert_false(network_contains(&network, &neighbour));
}

static void finds_the_first_network_that_holds_an_address(void **state)
{
	struct network networks[3];
	struct addr addr;

	(void)state;
	assert_int_equal(network_parse("192.0.2.0/25", &networks[0]), ERR_NONE);
	assert_int_equal(network_parse("192.0.2.0/24", &networks[1]), ERR_NONE);
	assert_int_equal(network_parse("::/0", &networks[2]), ERR_NONE);
	assert_int_equal(addr_parse("192.0.2.200", &addr), ERR_NONE);
	assert_ptr_equal(network_find(networks, 3, &addr), &networks[1]);
	assert_null(network_find(networks, 1, &addr));
	assert_null(network_find(NULL, 0, &addr));
}

static void shows_ipv4_prefix_lengths_as_people_write_them(void **state)
{
	struct network ipv4 = get_network("10.0.0.0/8"), ipv6 = get_network("::/96");
	struct network outside = get_network("::fffe:0:0/95");

	(void)state;
	assert_true(network_is_ipv4(&ipv4));
	assert_int_equal(ipv4.prefix, 104);
	assert_int_equal(network_shown_prefix(&ipv4), 8);
	assert_false(network_is_ipv4(&ipv6));
	assert_int_equal(network_shown_prefix(&ipv6), 96);
	assert_false(network_is_ipv4(&outside));
	assert_int_equal(network_shown_prefix(&outside), 95);
}

static void orders_by_address_and_the_wider_first(void **state)
{
	static const char *const ASCENDING[] = {"::/0", "::/96", "::", "0.0.0.0/0", "0.0.0.0",
		"10.0.0.0/8", "10.0.0.0/9", "10.0.0.0", "10.0.0.1", "2001:db8::/32",
		"2001:db8::/48", "2001:db8::"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ASCENDING); i++) {
		for (size_t j = 0; j < COUNT_OF(ASCENDING); j++) {
			struct network a = get_network(ASCENDING[i]), b = get_network(ASCENDING[j]);
			int order = network_compare(&a, &b);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_networks_and_says_what_is_wrong_with_them),
		cmocka_unit_test(refuses_a_prefix_length_of_300_digits),
		cmocka_unit_test(holds_just_what_lies_within_its_bounds),
		cmocka_unit_test(agrees_with_a_comparison_bit_by_bit),
		cmocka_unit_test(covers_the_networks_within_it_and_keeps_the_two_spaces_apart),
		cmocka_unit_test(the_network_of_an_address_holds_nothing_else),
		cmocka_unit_test(finds_the_first_network_that_holds_an_address),
		cmocka_unit_test(shows_ipv4_prefix_lengths_as_people_write_them),
		cmocka_unit_test(orders_by_address_and_the_wider_first),
	};

	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
