/* SPDX-License-Identifier: BSD-2-Clause */
/* The one rule for addresses that are not hosts on the internet: reserved ranges, and our own. */
#include "base/reserved.h"

#include <sys/types.h>

#include <ifaddrs.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

/*
 * What the IANA special-purpose address registries (RFC 6890) name as not reachable everywhere, and
 * all of IPv6 that is not global unicast (RFC 4291, 2.4). The first that matches names the reason.
 * Further ranges are added here.
 */
static const struct {
	struct network network;
	const char *name;
} RANGES[] = {
	{{ADDR_IPV4(0, 0, 0, 0), 96 + 8}, "\"this network\", RFC 791"},
	{{ADDR_IPV4(10, 0, 0, 0), 96 + 8}, "private, RFC 1918"},
	{{ADDR_IPV4(100, 64, 0, 0), 96 + 10}, "shared by providers, RFC 6598"},
	{{ADDR_IPV4(127, 0, 0, 0), 96 + 8}, "loopback"},
	{{ADDR_IPV4(169, 254, 0, 0), 96 + 16}, "link-local, RFC 3927"},
	{{ADDR_IPV4(172, 16, 0, 0), 96 + 12}, "private, RFC 1918"},
	{{ADDR_IPV4(192, 0, 0, 0), 96 + 24}, "protocol assignments, RFC 6890"},
	{{ADDR_IPV4(192, 0, 2, 0), 96 + 24}, "documentation, RFC 5737"},
	{{ADDR_IPV4(192, 31, 196, 0), 96 + 24}, "AS112, RFC 7535"},
	{{ADDR_IPV4(192, 52, 193, 0), 96 + 24}, "AMT, RFC 7450"},
	{{ADDR_IPV4(192, 88, 99, 0), 96 + 24}, "6to4 relays, RFC 7526"},
	{{ADDR_IPV4(192, 168, 0, 0), 96 + 16}, "private, RFC 1918"},
	{{ADDR_IPV4(192, 175, 48, 0), 96 + 24}, "AS112, RFC 7534"},
	{{ADDR_IPV4(198, 51, 100, 0), 96 + 24}, "documentation, RFC 5737"},
	{{ADDR_IPV4(203, 0, 113, 0), 96 + 24}, "documentation, RFC 5737"},
	{{ADDR_IPV4(224, 0, 0, 0), 96 + 4}, "multicast"},
	{{ADDR_IPV4(240, 0, 0, 0), 96 + 4}, "reserved, RFC 1112"},
	{{{{0}}, 128}, "the unspecified address"},
	{{{{[15] = 1}}, 128}, "loopback"},
	{{{{0}}, 96}, "IPv4-compatible, RFC 4291"},
	{{{{0x00, 0x64, 0xff, 0x9b}}, 96}, "NAT64, RFC 6052"},
	{{{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}}, 48}, "NAT64, RFC 8215"},
	{{{{0x01}}, 64}, "discard-only, RFC 6666"},
	{{{{0x20, 0x01, 0x00, 0x02}}, 48}, "benchmarks, RFC 5180"},
	{{{{0x20, 0x01, 0x00, 0x10}}, 28}, "ORCHID, RFC 4843"},
	{{{{0x20, 0x01, 0x00, 0x20}}, 28}, "ORCHIDv2, RFC 7343"},
	{{{{0x20, 0x01, 0x0d, 0xb8}}, 32}, "documentation, RFC 3849"},
	{{{{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}}, 48}, "AS112, RFC 7534"},
	{{{{0x3f, 0xff}}, 20}, "documentation, RFC 9637"},
	{{{{0x5f}}, 16}, "segment routing, RFC 9602"},
	{{{{0xfc}}, 7}, "private, RFC 4193"},
	{{{{0xfe, 0x80}}, 10}, "link-local, RFC 4291"},
	{{{{0xfe, 0xc0}}, 10}, "site-local, RFC 3879"},
	{{{{0xff}}, 8}, "multicast"},
	{{{{0x00}}, 3}, "not global unicast, RFC 4291"},
	{{{{0x40}}, 2}, "not global unicast, RFC 4291"},
	{{{{0x80}}, 1}, "not global unicast, RFC 4291"},
};

/* IPv6 ranges within global unicast whose addresses hold an IPv4 address. */
static const struct {
	struct network network;
	unsigned offset;  /* of its first bit */
	uint8_t inverted; /* 0xff: its bits are turned round */
} EMBEDDINGS[] = {
	{{{{0x20, 0x02}}, 16}, 16, 0},           /* 6to4, RFC 3056 */
	{{{{0x20, 0x01}}, 32}, 32, 0},           /* the server of Teredo, RFC 4380 */
	{{{{0x20, 0x01}}, 32}, 96, (uint8_t)~0}, /* its client */
};

static const char *find_range(const struct network *network)
{
	for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++) {
		const struct network *range = &RANGES[i].network;
		if (network_covers(range, network) || network_covers(network, range))
			return RANGES[i].name;
	}
	return NULL;
}

/* The IPv4 network that an IPv6 network holds in its bits from an offset on. */
static struct network embedded_network(
	const struct network *network, unsigned offset, uint8_t inverted)
{
	struct addr addr = {.octets = {[10] = 0xff, [11] = 0xff}};
	unsigned bits = network->prefix > offset ? network->prefix - offset : 0;

	for (unsigned i = 0; i < 4; i++)
		addr.octets[12 + i] = network->addr.octets[offset / 8 + i] ^ inverted;
	return network_around(&addr, NETWORK_IPV4_PREFIX + (bits < 32 ? bits : 32));
}

static bool find_own(const struct network *network, const struct ifaddrs *own,
	const struct reserved_rules *rules, struct addr *addr_r)
{
	for (; own != NULL; own = own->ifa_next)
		if (addr_from_sockaddr(own->ifa_addr, addr_r) == ERR_NONE &&
			network_contains(network, addr_r))
			return true;
	for (size_t i = 0; rules != NULL && i < rules->target_count; i++) {
		*addr_r = rules->targets[i];
		if (network_contains(network, addr_r))
			return true;
	}
	return false;
}

/* Judges `network`, for one that is shown: itself, or an IPv6 network that embeds it. */
static bool is_reserved(const struct network *network, const struct network *shown_network,
	const struct ifaddrs *own, const struct reserved_rules *rules, struct text *why_r)
{
	char shown[NETWORK_TEXT_SIZE], address[ADDR_TEXT_SIZE];
	bool alone = network->prefix == NETWORK_MAX_PREFIX;
	const char *range = find_range(network);
	struct addr addr;

	network_format(shown_network, shown);
	if (range != NULL) {
		text_add_format(why_r, "%s is in%s a reserved range (%s)", shown,
			alone ? "" : " or contains", range);
		return true;
	}
	if (!find_own(network, own, rules, &addr))
		return false;
	addr_format(&addr, address);
	if (network_compare(network, shown_network) == 0 && alone)
		text_add_format(why_r, "%s is an address of this machine", shown);
	else
		text_add_format(
			why_r, "%s contains %s, an address of this machine", shown, address);
	return true;
}

/* An address that embeds an IPv4 address is reserved when that one is. */
bool reserved_network(const struct network *network, const struct ifaddrs *own,
	const struct reserved_rules *rules, struct text *why_r)
{
	bool reserved = is_reserved(network, network, own, rules, why_r);

	for (size_t i = 0; !reserved && i < sizeof(EMBEDDINGS) / sizeof(EMBEDDINGS[0]); i++) {
		if (!network_covers(&EMBEDDINGS[i].network, network))
			continue;
		struct network embedded =
			embedded_network(network, EMBEDDINGS[i].offset, EMBEDDINGS[i].inverted);
		reserved = is_reserved(&embedded, network, own, rules, why_r);
	}
	return reserved;
}

/* A test bench has its targets and its suspects on loopback. */
static bool is_allowed(const struct addr *addr, const struct reserved_rules *rules)
{
	static const struct network loopbacks[] = {
		{{{[10] = 0xff, [11] = 0xff, [12] = 127}}, NETWORK_IPV4_PREFIX + 8},
		{{{[15] = 1}}, NETWORK_MAX_PREFIX},
	};
	bool target = false;

	for (size_t i = 0; i < rules->target_count; i++)
		target = target || addr_compare(&rules->targets[i], addr) == 0;
	return network_find(rules->allowed, rules->allowed_count, addr) != NULL &&
	       (!target || network_find(loopbacks, 2, addr) != NULL);
}

bool reserved_addr(const struct addr *addr, const struct reserved_rules *rules, struct text *why_r)
{
	const struct network network = network_of_addr(addr);
	struct ifaddrs *own = NULL;
	bool reserved;

	if (is_allowed(addr, rules))
		return false;
	/* Without them, any address could be this machine's. */
	if (getifaddrs(&own) != 0) {
		text_add(why_r, "the addresses of this machine cannot be read");
		return true;
	}
	reserved = reserved_network(&network, own, rules, why_r);
	freeifaddrs(own);
	return reserved;
}
