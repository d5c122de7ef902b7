/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses: reading every spelling, writing the canonical one, and order. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/err.h"
#include "tests/support/unit.h"

static const struct {
	const char *spelling, *canonical;
} SPELLINGS[] = {
	{"0.0.0.0", "0.0.0.0"},
	{"1.2.3.4", "1.2.3.4"},
	{"255.255.255.255", "255.255.255.255"},
	{"::ffff:1.2.3.4", "1.2.3.4"},
	{"::ffff:0102:0304", "1.2.3.4"},
	{"::FFFF:102:304", "1.2.3.4"},
	{"0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"},
	{"0000:0000:0000:0000:0000:ffff:0102:0304", "1.2.3.4"},
	{"::1.2.3.4", "::102:304"},
	{"::", "::"},
	{"::1", "::1"},
	{"1::", "1::"},
	{"0:0:0:0:0:0:0:0", "::"},
	{"2001:DB8::", "2001:db8::"},
	{"2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
	{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	{"2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"},
	{"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	{"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	{"0:0:3:4:5:6:0:0", "::3:4:5:6:0:0"},
	{"1:0:0:4:5:6:0:0", "1::4:5:6:0:0"},
	{"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
	{"::fffe:1.2.3.4", "::fffe:102:304"},
	{"::ffff:0:1.2.3.4", "::ffff:0:102:304"},
	{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
};

static void reads_every_spelling_and_writes_the_canonical_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(SPELLINGS); i++) {
		struct addr addr;
		char text[ADDR_TEXT_SIZE];

		if (addr_parse(SPELLINGS[i].spelling, &addr) != ERR_NONE)
			fail_msg("%s was refused", SPELLINGS[i].spelling);
		addr_format(&addr, text);
		assert_string_equal(text, SPELLINGS[i].canonical);
	}
}

static const char *const NO_ADDRESSES[] = {"", " ", ".", ":", ":::", "0127.1", "127.1", "1.2.3",
	"1", "1.2.3.4.", ".1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "\t1.2.3.4", "1.2.3.4.5",
	"1.2.3.256", "1.2.3.-4", "1.2.3.+4", "01.2.3.4", "1.2.3.04", "1.2.3.00", "0x1.2.3.4",
	"1.2.3.a", "1..3.4", "1,2,3,4", "1.2.3.4/", "1.2.3.4/32", "[1.2.3.4]", "16909060",
	"0x01020304", "1.2.3.4294967296", "1.2.3.4 5", "[::1]", "::1 ", " ::1", "::1%eth0", "::1%1",
	"fe80::1%", "::1/", "::1/128", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
	"1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7", "::12345",
	"::00001", "::g", "::ffff:1.2.3", "::ffff:1.2.3.04", "::ffff:1.2.3.256", "::1.2.3.4.",
	"::1.2.3.4:5", "1.2.3.4::", "::ffff:1.2.3.4 ", "IPv6:::1", "1:2:3:4:5:6:7:1.2.3.4",
	"localhost", "\xef\xbc\x91.2.3.4", "1.2.3.4\x80"};

static void refuses_what_is_no_address(void **state)
{
	static const struct addr BLANK;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NO_ADDRESSES); i++) {
		struct addr addr;

		memset(&addr, 0xaa, sizeof(addr));
		if (addr_parse(NO_ADDRESSES[i], &addr) != ERR_SYNTAX)
			fail_msg("\"%s\" was taken", NO_ADDRESSES[i]);
		assert_memory_equal(&addr, &BLANK, sizeof(addr));
	}
}

static void refuses_strings_of_any_length(void **state)
{
	static const char FILLERS[] = "0123456789abcdef:.";
	char string[301];
	struct addr addr;

	(void)state;
	for (size_t i = 0; i < strlen(FILLERS); i++) {
		for (size_t length = 40; length < sizeof(string); length++) {
			memset(string, FILLERS[i], length);
			string[length] = '\0';
			assert_int_equal(addr_parse(string, &addr), ERR_SYNTAX);
			memcpy(string, "1.2.3.", 6);
			assert_int_equal(addr_parse(string, &addr), ERR_SYNTAX);
			memcpy(string, "::", 2);
			assert_int_equal(addr_parse(string, &addr), ERR_SYNTAX);
		}
	}
}

static void reads_a_part_of_a_string_to_its_end(void **state)
{
	static const char octets[] = "192.0.2.1\0"
				     "5/24";
	struct addr addr, expected;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &expected), ERR_NONE);
	assert_int_equal(addr_parse_octets(octets, 9, &addr), ERR_NONE);
	assert_int_equal(addr_compare(&addr, &expected), 0);
	for (size_t length = 10; length < sizeof(octets); length++)
		assert_int_equal(addr_parse_octets(octets, length, &addr), ERR_SYNTAX);
	assert_int_equal(addr_parse_octets(octets, 0, &addr), ERR_SYNTAX);
	assert_int_equal(addr_parse_octets("192.0.2.1/24", 12, &addr), ERR_SYNTAX);
}

static struct addr random_addr(uint64_t *random)
{
	struct addr addr;

	/* Zeros are made frequent, or no run of them would ever come up. */
	for (size_t i = 0; i < sizeof(addr.octets); i += 2) {
		uint32_t number = unit_random(random);

		if (number & 0x30000)
			number &= number & 0x40000 ? 0xff : 0;
		addr.octets[i] = (uint8_t)(number >> 8);
		addr.octets[i + 1] = (uint8_t)number;
	}
	return addr;
}

/* Writes groups start to end, joined by colons, and gives back the end of what it wrote. */
static char *join_groups(char *to, const struct addr *addr, int start, int end)
{
	for (int i = start; i < end; i++) {
		if (i > start)
			*to++ = ':';
		to += sprintf(to, "%x", addr->octets[2 * i] * 256 + addr->octets[2 * i + 1]);
	}
	return to;
}

/* RFC 5952 by trying all runs, the longest first and from the left. */
static void format_naively(const struct addr *addr, char *text_r)
{
	static const uint8_t ZEROS[16];

	for (int length = 8; length >= 2; length--) {
		for (int start = 0; start + length <= 8; start++) {
			if (memcmp(addr->octets + 2 * start, ZEROS, 2 * (size_t)length) != 0)
				continue;
			text_r = join_groups(text_r, addr, 0, start);
			text_r += sprintf(text_r, "::");
			*join_groups(text_r, addr, start + length, 8) = '\0';
			return;
		}
	}
	*join_groups(text_r, addr, 0, 8) = '\0';
}

static void writes_ipv6_as_rfc_5952_has_it(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct addr addr = random_addr(&random);
		char text[ADDR_TEXT_SIZE], expected[ADDR_TEXT_SIZE];

		if (addr_is_ipv4(&addr))
			continue;
		addr_format(&addr, text);
		format_naively(&addr, expected);
		assert_string_equal(text, expected);
	}
}

static void what_it_writes_reads_as_the_same_address(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct addr addr = random_addr(&random), again;
		char text[ADDR_TEXT_SIZE];

		if (i % 2)
			memcpy(addr.octets, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
		addr_format(&addr, text);
		assert_int_equal(addr_is_ipv4(&addr), strchr(text, '.') != NULL);
		assert_int_equal(addr_parse(text, &again), ERR_NONE);
		assert_memory_equal(&addr, &again, sizeof(addr));
	}
}

static void takes_the_address_of_a_socket(void **state)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(25)};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_scope_id = 3};
	struct addr addr;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &ipv4.sin_addr), 1);
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ipv4, &addr), ERR_NONE);
	addr_format(&addr, text);
	assert_string_equal(text, "192.0.2.1");
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &ipv6.sin6_addr), 1);
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ipv6, &addr), ERR_NONE);
	addr_format(&addr, text);
	assert_string_equal(text, "2001:db8::1");
	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.1", &ipv6.sin6_addr), 1);
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ipv6, &addr), ERR_NONE);
	addr_format(&addr, text);
	assert_string_equal(text, "192.0.2.1");
}

static void refuses_a_socket_without_an_ip_address(void **state)
{
	static const struct addr BLANK;
	struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct sockaddr unknown = {.sa_family = AF_UNSPEC};
	struct addr addr;

	(void)state;
	memset(&addr, 0xaa, sizeof(addr));
	assert_int_equal(addr_from_sockaddr(NULL, &addr), ERR_SYNTAX);
	assert_memory_equal(&addr, &BLANK, sizeof(addr));
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&local, &addr), ERR_SYNTAX);
	assert_int_equal(addr_from_sockaddr(&unknown, &addr), ERR_SYNTAX);
}

static void orders_addresses_by_their_octets(void **state)
{
	static const char *const ASCENDING[] = {"::", "::1", "::fffe:ffff:ffff", "0.0.0.0",
		"9.0.0.0", "10.0.0.0", "255.255.255.255", "::1:0:0:0", "2001:db8::", "ffff::"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ASCENDING); i++) {
		for (size_t j = 0; j < COUNT_OF(ASCENDING); j++) {
			struct addr a, b;
			int order;

			assert_int_equal(addr_parse(ASCENDING[i], &a), ERR_NONE);
			assert_int_equal(addr_parse(ASCENDING[j], &b), ERR_NONE);
			order = addr_compare(&a, &b);
			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void addresses_share_bits_up_to_the_first_that_differs(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (unsigned bit = 0; bit <= 128; bit++) {
		struct addr a, b;
		for (size_t i = 0; i < sizeof(a.octets); i++)
			a.octets[i] = (uint8_t)unit_random(&random);
		b = a;
		for (unsigned later = bit; later < 128; later++) {
			if (later == bit || unit_random(&random) % 2)
				b.octets[later / 8] ^= (uint8_t)(0x80 >> later % 8);
		}
		assert_int_equal(addr_shared_prefix(&a, &b), bit);
	}
}

static void an_endpoint_is_an_address_and_a_port(void **state)
{
	static const struct {
		const char *string, *address;
		uint16_t port;
	} cases[] = {
		{"192.0.2.25:25", "192.0.2.25", 25},
		{"[2001:db8::25]:65535", "2001:db8::25", 65535},
		{"[::]:1", "::", 1},
		{"[192.0.2.25]:25", "192.0.2.25", 25},
	};
	char text[ADDR_TEXT_SIZE];
	struct addr addr;
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(addr_parse_endpoint(cases[i].string, &addr, &port), ERR_NONE);
		addr_format(&addr, text);
		assert_string_equal(text, cases[i].address);
		assert_int_equal(port, cases[i].port);
	}
}

static void an_endpoint_without_brackets_or_port_is_refused(void **state)
{
	static const char *const cases[] = {"", ":", ":25", "192.0.2.25",
		"192.0.2.25:", "192.0.2.25:0", "192.0.2.25:65536", "192.0.2.25:25x",
		"192.0.2.25: 25", "2001:db8::25:25", "2001:db8::25", "[2001:db8::25]",
		"[2001:db8::25]25", "[]:25", "[:25", "]:25", "[192.0.2.25:25", "192.0.2.25]:25",
		"[[::1]]:25", "host:25", "[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555]:25"};
	static const struct addr none;
	struct addr addr;
	uint16_t port;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (addr_parse_endpoint(cases[i], &addr, &port) != ERR_SYNTAX)
			fail_msg("\"%s\" is taken for an endpoint", cases[i]);
		assert_int_equal(addr_compare(&addr, &none), 0);
		assert_int_equal(port, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_endpoint_is_an_address_and_a_port),
		cmocka_unit_test(an_endpoint_without_brackets_or_port_is_refused),
		cmocka_unit_test(addresses_share_bits_up_to_the_first_that_differs),
		cmocka_unit_test(reads_every_spelling_and_writes_the_canonical_one),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(refuses_strings_of_any_length),
		cmocka_unit_test(reads_a_part_of_a_string_to_its_end),
		cmocka_unit_test(writes_ipv6_as_rfc_5952_has_it),
		cmocka_unit_test(what_it_writes_reads_as_the_same_address),
		cmocka_unit_test(takes_the_address_of_a_socket),
		cmocka_unit_test(refuses_a_socket_without_an_ip_address),
		cmocka_unit_test(orders_addresses_by_their_octets),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
