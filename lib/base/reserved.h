/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_RESERVED_H
#define BASE_RESERVED_H

#include <stdbool.h>

#include "base/network.h"

struct ifaddrs;
struct text;

/*
 * Whether network is in or contains a reserved range (such addresses are not hosts on the
 * internet), or is or contains an address of this machine; why_r then says which, and starts with
 * the network. own: the machine's addresses, as getifaddrs() returns them; NULL: none.
 */
bool reserved_network(const struct network *network, const struct ifaddrs *own, struct text *why_r);

/*
 * The same for one address and the machine's addresses as they are now; an address in one of the
 * `allowed` networks is never reserved.
 */
bool reserved_addr(const struct addr *addr, const struct network *allowed, size_t allowed_count,
	struct text *why_r);

#endif
