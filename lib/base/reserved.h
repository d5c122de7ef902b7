/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_RESERVED_H
#define BASE_RESERVED_H

#include <stdbool.h>

#include "base/network.h"

struct ifaddrs;
struct text;

/* What the configuration says of addresses. */
struct reserved_rules {
	const struct network *allowed; /* reserved ranges that may be tested: a test bench */
	size_t allowed_count;
	const struct addr
		*targets; /* where this machine is reached from outside, also behind NAT */
	size_t target_count;
};

/*
 * Whether network is in or contains a reserved range (such addresses are not hosts on the
 * internet), or is or contains an address of this machine; why_r then says which, and starts with
 * the network. own: the machine's addresses, as getifaddrs() returns them; NULL: none. Of the rules
 * (NULL: none) only the targets count, which are this machine's, too.
 */
bool reserved_network(const struct network *network, const struct ifaddrs *own,
	const struct reserved_rules *rules, struct text *why_r);

/*
 * The same for one address and the machine's addresses as they are now; an address in one of the
 * allowed networks is not reserved, unless it is a target and not on loopback.
 */
bool reserved_addr(const struct addr *addr, const struct reserved_rules *rules, struct text *why_r);

#endif
