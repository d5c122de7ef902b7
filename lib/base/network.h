/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* Octets of the longest canonical network, NUL included. */
#define NETWORK_TEXT_SIZE 44

/* The prefix length at which the IPv4 space ::ffff:0:0/96 begins. */
#define NETWORK_IPV4_PREFIX 96
#define NETWORK_MAX_PREFIX 128

/* A network: prefix counts bits of the 16 octets, so IPv4 /24 is 120. No bits are set beyond it. */
struct network {
	struct addr addr;
	uint8_t prefix; /* 0 to 128; 96 to 128 within ::ffff:0:0/96 for IPv4 */
};

/*
 * Reads "ADDRESS" or "ADDRESS/PREFIX" (decimal, no leading zeros; 0 to 32 for IPv4, 0 to 128 for
 * IPv6). ERR_SYNTAX; ERR_RANGE if the prefix length is out of bounds; ERR_HOST_BITS if bits are set
 * beyond it: then network_r is the network that was probably meant, for the message.
 */
int network_parse(const char *string, struct network *network_r)
	__attribute__((warn_unused_result));

/* The network of one address. */
struct network network_of_addr(const struct addr *addr);

/* The network of prefix bits (0 to 128) around addr. */
struct network network_around(const struct addr *addr, unsigned prefix);

/* "192.0.2.0/24", "2001:db8::/32"; a single address is written without "/32" or "/128". */
void network_format(const struct network *network, char text_r[NETWORK_TEXT_SIZE]);

bool network_is_ipv4(const struct network *network);

/* The prefix length as it is written: 0 to 32 for IPv4. */
unsigned network_shown_prefix(const struct network *network);

/*
 * Whether network contains addr. An IPv6 network wider than /96 contains no IPv4 address, although
 * ::/0 would by its bits.
 */
bool network_contains(const struct network *network, const struct addr *addr);

/* The first of some networks that contains addr, or NULL. */
const struct network *network_find(
	const struct network *networks, size_t count, const struct addr *addr);

/* Whether outer contains all of inner, by the same rule. */
bool network_covers(const struct network *outer, const struct network *inner);

/* The last address of the network. */
struct addr network_last(const struct network *network);

/* Order by address, then the wider network first. */
int network_compare(const struct network *a, const struct network *b);

#endif
