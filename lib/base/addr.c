/* SPDX-License-Identifier: BSD-2-Clause */
/* IPv4 and IPv6 addresses: reading, writing and order. */
#include "base/addr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/number.h"
#include "base/text.h"

/* Where the four octets of an IPv4 address are. */
#define IPV4_OFFSET 12
#define GROUPS 8
/* Octets of the longest spelling: 39 as hexadecimal groups, 45 with a dotted quad. */
#define SPELLING_SIZE 46

static const uint8_t MAPPED_PREFIX[IPV4_OFFSET] = {[10] = 0xff, [11] = 0xff};

static void set_ipv4(struct addr *addr_r, const void *octets)
{
	memcpy(addr_r->octets, MAPPED_PREFIX, IPV4_OFFSET);
	memcpy(addr_r->octets + IPV4_OFFSET, octets, 4);
}

int addr_parse(const char *string, struct addr *addr_r)
{
	struct in_addr ipv4;
	struct in6_addr ipv6;

	memset(addr_r, 0, sizeof(*addr_r));
	/* Not every inet_pton() refuses zone ids and white space. */
	if (string[strspn(string, "0123456789abcdefABCDEF:.")] != '\0')
		return ERR_SYNTAX;
	if (inet_pton(AF_INET, string, &ipv4) == 1)
		set_ipv4(addr_r, &ipv4);
	else if (inet_pton(AF_INET6, string, &ipv6) == 1)
		memcpy(addr_r->octets, &ipv6, sizeof(addr_r->octets));
	else
		return ERR_SYNTAX;
	return ERR_NONE;
}

int addr_parse_octets(const char *octets, size_t length, struct addr *addr_r)
{
	char string[SPELLING_SIZE];

	memset(addr_r, 0, sizeof(*addr_r));
	if (length >= sizeof(string) || memchr(octets, '\0', length) != NULL)
		return ERR_SYNTAX;
	memcpy(string, octets, length);
	string[length] = '\0';
	return addr_parse(string, addr_r);
}

int addr_parse_endpoint(const char *string, struct addr *addr_r, uint16_t *port_r)
{
	const char *colon = strrchr(string, ':');
	bool brackets = string[0] == '[' && colon > string && colon[-1] == ']';
	size_t length = colon == NULL ? 0 : (size_t)(colon - string) - 2 * brackets;
	int64_t port;

	memset(addr_r, 0, sizeof(*addr_r));
	*port_r = 0;
	if (length == 0 || !number_parse(colon + 1, 1, 65535, &port) ||
		addr_parse_octets(string + brackets, length, addr_r) != ERR_NONE)
		return ERR_SYNTAX;
	if (!brackets && !addr_is_ipv4(addr_r)) {
		memset(addr_r, 0, sizeof(*addr_r));
		return ERR_SYNTAX;
	}
	*port_r = (uint16_t)port;
	return ERR_NONE;
}

/* Copied, because the caller's may be aligned for less. */
int addr_from_sockaddr(const struct sockaddr *sockaddr, struct addr *addr_r)
{
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;

	memset(addr_r, 0, sizeof(*addr_r));
	if (sockaddr == NULL)
		return ERR_SYNTAX;
	switch (sockaddr->sa_family) {
	case AF_INET:
		memcpy(&ipv4, sockaddr, sizeof(ipv4));
		set_ipv4(addr_r, &ipv4.sin_addr);
		return ERR_NONE;
	case AF_INET6:
		memcpy(&ipv6, sockaddr, sizeof(ipv6));
		memcpy(addr_r->octets, &ipv6.sin6_addr, sizeof(addr_r->octets));
		return ERR_NONE;
	default:
		return ERR_SYNTAX;
	}
}

socklen_t addr_to_sockaddr(
	const struct addr *addr, uint16_t port, struct sockaddr_storage *sockaddr_r)
{
	struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(sockaddr_r, 0, sizeof(*sockaddr_r));
	if (addr_is_ipv4(addr)) {
		memcpy(&ipv4.sin_addr, addr->octets + IPV4_OFFSET, sizeof(ipv4.sin_addr));
		memcpy(sockaddr_r, &ipv4, sizeof(ipv4));
		return sizeof(ipv4);
	}
	memcpy(&ipv6.sin6_addr, addr->octets, sizeof(ipv6.sin6_addr));
	memcpy(sockaddr_r, &ipv6, sizeof(ipv6));
	return sizeof(ipv6);
}

bool addr_is_ipv4(const struct addr *addr)
{
	return memcmp(addr->octets, MAPPED_PREFIX, IPV4_OFFSET) == 0;
}

bool addr_is_loopback(const struct addr *addr)
{
	static const struct addr ipv6 = {{[15] = 1}};

	return addr_is_ipv4(addr) ? addr->octets[12] == 127 : addr_compare(addr, &ipv6) == 0;
}

unsigned addr_shared_prefix(const struct addr *a, const struct addr *b)
{
	unsigned bits = 0;

	while (bits < 128 && a->octets[bits / 8] == b->octets[bits / 8])
		bits += 8;
	while (bits < 128 && ((a->octets[bits / 8] ^ b->octets[bits / 8]) & 0x80 >> bits % 8) == 0)
		bits++;
	return bits;
}

int addr_compare(const struct addr *a, const struct addr *b)
{
	return memcmp(a->octets, b->octets, sizeof(a->octets));
}

static unsigned group_of(const struct addr *addr, unsigned index)
{
	return (unsigned)addr->octets[2 * index] << 8 | addr->octets[2 * index + 1];
}

/* RFC 5952, 4.2: the longest run of zero groups, the first of equals, never a single group. */
static unsigned find_zero_run(const struct addr *addr, unsigned *start_r)
{
	unsigned longest = 1, count = 0;

	*start_r = GROUPS;
	for (unsigned i = 0; i < GROUPS; i++) {
		count = group_of(addr, i) == 0 ? count + 1 : 0;
		if (count > longest) {
			longest = count;
			*start_r = i + 1 - count;
		}
	}
	return longest;
}

/* Not inet_ntop(): systems differ for a single zero group, and for ::1.2.3.4. */
static void format_ipv6(const struct addr *addr, struct text *text)
{
	unsigned run_start;
	unsigned run_length = find_zero_run(addr, &run_start);

	for (unsigned i = 0; i < GROUPS; i++) {
		if (i == run_start) {
			text_add(text, "::");
			i += run_length - 1;
			continue;
		}
		text_add_format(text, "%x", group_of(addr, i));
		if (i + 1 < GROUPS && i + 1 != run_start)
			text_add_char(text, ':');
	}
}

void addr_format(const struct addr *addr, char text_r[ADDR_TEXT_SIZE])
{
	const uint8_t *ipv4 = addr->octets + IPV4_OFFSET;
	struct text text = text_over(text_r, ADDR_TEXT_SIZE);

	if (addr_is_ipv4(addr))
		text_add_format(&text, "%d.%d.%d.%d", ipv4[0], ipv4[1], ipv4[2], ipv4[3]);
	else
		format_ipv6(addr, &text);
}
