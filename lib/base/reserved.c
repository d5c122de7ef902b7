/* SPDX-License-Identifier: BSD-2-Clause */
/* The one rule for addresses that are not hosts on the internet: reserved ranges, and our own. */
#include "base/reserved.h"

#include <sys/types.h>

#include <ifaddrs.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

#define IPV4(a, b, c, d)                                                     \
	{                                                                    \
		{                                                            \
			0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d \
		}                                                            \
	}

/*
 * The ranges of the IANA special-purpose address registries (RFC 6890) that never send mail to the
 * internet. Further ranges are added here.
 */
static const struct {
	struct network network;
	const char *name;
} RANGES[] = {
	{{IPV4(0, 0, 0, 0), 96 + 8}, "\"this network\", RFC 791"},
	{{IPV4(10, 0, 0, 0), 96 + 8}, "private, RFC 1918"},
	{{IPV4(100, 64, 0, 0), 96 + 10}, "shared by providers, RFC 6598"},
	{{IPV4(127, 0, 0, 0), 96 + 8}, "loopback"},
	{{IPV4(169, 254, 0, 0), 96 + 16}, "link-local, RFC 3927"},
	{{IPV4(172, 16, 0, 0), 96 + 12}, "private, RFC 1918"},
	{{IPV4(192, 0, 2, 0), 96 + 24}, "documentation, RFC 5737"},
	{{IPV4(192, 168, 0, 0), 96 + 16}, "private, RFC 1918"},
	{{IPV4(198, 51, 100, 0), 96 + 24}, "documentation, RFC 5737"},
	{{IPV4(203, 0, 113, 0), 96 + 24}, "documentation, RFC 5737"},
	{{IPV4(224, 0, 0, 0), 96 + 4}, "multicast"},
	{{IPV4(240, 0, 0, 0), 96 + 4}, "reserved, RFC 1112"},
	{{{{0}}, 128}, "the unspecified address"},
	{{{{[15] = 1}}, 128}, "loopback"},
	{{{{0x20, 0x01, 0x0d, 0xb8}}, 32}, "documentation, RFC 3849"},
	{{{{0xfc}}, 7}, "private, RFC 4193"},
	{{{{0xfe, 0x80}}, 10}, "link-local, RFC 4291"},
	{{{{0xff}}, 8}, "multicast"},
};

/* The reserved range that network is in or contains, or NULL. */
static const char *find_range(const struct network *network)
{
	for (size_t i = 0; i < sizeof(RANGES) / sizeof(RANGES[0]); i++) {
		const struct network *range = &RANGES[i].network;
		if (network_covers(range, network) || network_covers(network, range))
			return RANGES[i].name;
	}
	return NULL;
}

static bool find_own(const struct network *network, const struct ifaddrs *own, struct addr *addr_r)
{
	for (; own != NULL; own = own->ifa_next) {
		if (addr_from_sockaddr(own->ifa_addr, addr_r) == ERR_NONE &&
			network_contains(network, addr_r))
			return true;
	}
	return false;
}

bool reserved_network(const struct network *network, const struct ifaddrs *own, struct text *why_r)
{
	char shown[NETWORK_TEXT_SIZE], address[ADDR_TEXT_SIZE];
	const char *range = find_range(network);
	struct addr addr;

	network_format(network, shown);
	if (range != NULL) {
		text_add_format(why_r, "%s is in%s a reserved range (%s)", shown,
			network->prefix == NETWORK_MAX_PREFIX ? "" : " or contains", range);
		return true;
	}
	if (!find_own(network, own, &addr))
		return false;
	addr_format(&addr, address);
	if (network->prefix == NETWORK_MAX_PREFIX)
		text_add_format(why_r, "%s is an address of this machine", shown);
	else
		text_add_format(
			why_r, "%s contains %s, an address of this machine", shown, address);
	return true;
}

bool reserved_addr(const struct addr *addr, const struct network *allowed, size_t allowed_count,
	struct text *why_r)
{
	const struct network network = network_of_addr(addr);
	struct ifaddrs *own = NULL;
	bool reserved;

	if (network_find(allowed, allowed_count, addr) != NULL)
		return false;
	if (getifaddrs(&own) != 0)
		own = NULL;
	reserved = reserved_network(&network, own, why_r);
	if (own != NULL)
		freeifaddrs(own);
	return reserved;
}
