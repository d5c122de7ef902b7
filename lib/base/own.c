/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/own.h"

#include <sys/types.h>

#include <ifaddrs.h>
#include <stddef.h>

#include "base/err.h"

bool addr_is_own(const struct addr *addr)
{
	struct ifaddrs *all;
	struct addr own;
	bool found = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *each = all; each != NULL && !found; each = each->ifa_next)
		found = addr_from_sockaddr(each->ifa_addr, &own) == ERR_NONE &&
			addr_compare(&own, addr) == 0;
	freeifaddrs(all);
	return found;
}
