/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses that are not hosts on the internet: reserved ranges, and this machine's own. */
#include "base/reserved.h"

#include <sys/types.h>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "tests/support/unit.h"

static struct network network_of(const char *string)
{
	struct network network;

	if (network_parse(string, &network) != ERR_NONE)
		fail_msg("%s is not a network", string);
	return network;
}

static void special_ranges_are_known_within_and_around(void **state)
{
	static const char *const reserved[] = {"0.0.0.0", "0.255.255.255", "10.0.0.0/8",
		"10.20.30.40", "127.0.0.2", "127.255.255.255", "100.64.0.0/10", "169.254.1.1",
		"172.16.0.0", "172.31.255.255", "192.0.2.1", "192.168.1.1", "198.51.100.7",
		"203.0.113.7", "224.0.0.1", "255.255.255.255", "::", "::1", "fc00::1",
		"fdff::", "fe80::1", "febf::1", "ff02::1", "2001:db8::1", "2001:db8:ffff::/48",
		"0.0.0.0/0", "::/0", "192.0.0.0/16", "2001::/16", "::ffff:127.0.0.1", "192.0.0.8",
		"192.0.0.170", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.175.48.1", "::2",
		"::10.0.0.1", "::8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b::8.8.8.8",
		"64:ff9b:1::a00:1", "100::1", "2001:2::1", "2001:10::1", "2001:20::1",
		"2620:4f:8000::1", "3fff::1", "5f00::1", "fec0::1", "fbff::", "4000::1", "1::1",
		"2002:a00:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "2002::/16", "2002:c0a8::/32",
		"2001:0:7f00:1::1", "2001::1", "2001:0:808:808::f5ff:fffe"};
	static const char *const ordinary[] = {"1.0.0.0", "9.255.255.255", "11.0.0.0",
		"100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
		"172.15.255.255", "172.32.0.0", "192.0.1.255", "192.0.3.0", "192.167.255.255",
		"192.169.0.0", "223.255.255.255", "2001:db7:ffff::", "2001:db9::", "2a01::1",
		"2002:808:808::1", "2002:808:808::/48", "2001:0:808:808::f7f7:f7f7", "2600::1",
		"8.8.8.0/24"};

	char buffer[256];
	struct text why = TEXT_OVER(buffer);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(reserved); i++) {
		struct network network = network_of(reserved[i]);
		if (!reserved_network(&network, NULL, NULL, &why))
			fail_msg("%s is not reserved", reserved[i]);
		text_clear(&why);
	}
	for (size_t i = 0; i < COUNT_OF(ordinary); i++) {
		struct network network = network_of(ordinary[i]);
		if (reserved_network(&network, NULL, NULL, &why))
			fail_msg("%s", buffer);
	}
}

static void an_own_address_is_refused_alone_and_within_a_network(void **state)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x08080808)};
	struct ifaddrs without_address = {0};
	struct ifaddrs own = {.ifa_next = &without_address, .ifa_addr = (struct sockaddr *)&name};
	struct network alone = network_of("8.8.8.8"), around = network_of("8.8.8.0/24");
	struct network beside = network_of("8.8.8.9");
	char buffer[256];
	struct text why = TEXT_OVER(buffer);

	(void)state;
	assert_true(reserved_network(&alone, &own, NULL, &why));
	assert_string_equal(buffer, "8.8.8.8 is an address of this machine");
	text_clear(&why);
	assert_true(reserved_network(&around, &own, NULL, &why));
	assert_string_equal(buffer, "8.8.8.0/24 contains 8.8.8.8, an address of this machine");
	text_clear(&why);
	assert_false(reserved_network(&beside, &own, NULL, &why));
	assert_false(reserved_network(&alone, NULL, NULL, &why));
	assert_string_equal(buffer, "");
}

static void an_allowed_address_is_never_reserved(void **state)
{
	struct network allowed = network_of("127.0.0.0/8");
	struct addr loopback = network_of("127.0.0.1").addr, private = network_of("10.0.0.1").addr;
	char buffer[256];
	struct text why = TEXT_OVER(buffer);

	(void)state;
	const struct reserved_rules bench = {.allowed = &allowed, .allowed_count = 1};
	const struct reserved_rules none = {.allowed_count = 0};
	assert_false(reserved_addr(&loopback, &bench, &why));
	assert_string_equal(buffer, "");
	assert_true(reserved_addr(&loopback, &none, &why));
	assert_string_equal(buffer, "127.0.0.1 is in a reserved range (loopback)");
	text_clear(&why);
	assert_true(reserved_addr(&private, &bench, &why));
}

/* Behind NAT no interface has the address at which the machine is reached. */
static void a_target_is_an_own_address(void **state)
{
	const struct network allowed[] = {network_of("198.18.0.0/15"), network_of("127.0.0.0/8")};
	const struct addr targets[] = {
		network_of("198.18.200.1").addr, network_of("127.0.0.1").addr};
	const struct reserved_rules rules = {
		.allowed = allowed, .allowed_count = 2, .targets = targets, .target_count = 2};
	const struct addr neighbour = network_of("198.18.200.2").addr;
	const struct network around = network_of("198.18.200.0/24");
	/* 6to4 of the first target. */
	const struct network embedding = network_of("2002:c612:c801::1");
	char buffer[256];
	struct text why = TEXT_OVER(buffer);

	(void)state;
	assert_true(reserved_addr(&targets[0], &rules, &why));
	assert_string_equal(buffer, "198.18.200.1 is an address of this machine");
	assert_false(reserved_addr(&targets[1], &rules, &why));
	assert_false(reserved_addr(&neighbour, &rules, &why));
	text_clear(&why);
	assert_true(reserved_network(&around, NULL, &rules, &why));
	assert_string_equal(
		buffer, "198.18.200.0/24 contains 198.18.200.1, an address of this machine");
	text_clear(&why);
	assert_true(reserved_network(&embedding, NULL, &rules, &why));
	assert_string_equal(
		buffer, "2002:c612:c801::1 contains 198.18.200.1, an address of this machine");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(special_ranges_are_known_within_and_around),
		cmocka_unit_test(an_own_address_is_refused_alone_and_within_a_network),
		cmocka_unit_test(an_allowed_address_is_never_reserved),
		cmocka_unit_test(a_target_is_an_own_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
