/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/bounds.h"

#include <sys/types.h>

#include <ifaddrs.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

void bounds_begin(struct bounds *bounds, const struct list *list, bool forced)
{
	*bounds = (struct bounds){.list = list, .forced = forced};
	if (getifaddrs(&bounds->own) != 0)
		bounds->own = NULL;
}

static bool holds_own(
	const struct bounds *bounds, const struct network *network, struct addr *own_r)
{
	for (const struct ifaddrs *own = bounds->own; own != NULL; own = own->ifa_next) {
		if (addr_from_sockaddr(own->ifa_addr, own_r) == ERR_NONE &&
			network_contains(network, own_r))
			return true;
	}
	return false;
}

bool bounds_allow(
	const struct bounds *bounds, const struct network *network, char why_r[BOUNDS_TEXT_SIZE])
{
	char text[NETWORK_TEXT_SIZE], address[ADDR_TEXT_SIZE];
	const char *range = listing_reserved_range(network);
	struct addr own;
	struct text why;

	text_init(&why, why_r, BOUNDS_TEXT_SIZE);
	if (bounds->forced)
		return true;
	network_format(network, text);
	if (listing_too_wide(bounds->list, network))
		text_add_format(&why, "%s is wider than the /%u that list %s allows", text,
			network_is_ipv4(network) ? bounds->list->max_ipv4 : bounds->list->max_ipv6,
			bounds->list->name);
	else if (range != NULL)
		text_add_format(&why, "%s is or holds a reserved range (%s)", text, range);
	else if (holds_own(bounds, network, &own)) {
		addr_format(&own, address);
		text_add_format(
			&why, "%s is or holds this machine's own address %s", text, address);
	}
	return why.length == 0;
}

void bounds_end(struct bounds *bounds)
{
	if (bounds->own != NULL)
		freeifaddrs(bounds->own);
	bounds->own = NULL;
}
