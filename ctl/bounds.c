/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctl/bounds.h"

#include <sys/types.h>

#include <ifaddrs.h>
#include <stddef.h>

#include "base/reserved.h"
#include "base/text.h"

void bounds_begin(struct bounds *bounds, const struct list *list, bool forced)
{
	*bounds = (struct bounds){.list = list, .forced = forced};
	if (getifaddrs(&bounds->own) != 0)
		bounds->own = NULL;
}

bool bounds_allow(
	const struct bounds *bounds, const struct network *network, char why_r[BOUNDS_TEXT_SIZE])
{
	char text[NETWORK_TEXT_SIZE];
	struct text why;

	text_init(&why, why_r, BOUNDS_TEXT_SIZE);
	if (bounds->forced)
		return true;
	if (!listing_too_wide(bounds->list, network))
		return !reserved_network(network, bounds->own, &why);
	network_format(network, text);
	text_add_format(&why, "%s is wider than the /%u that list %s allows", text,
		network_is_ipv4(network) ? bounds->list->max_ipv4 : bounds->list->max_ipv6,
		bounds->list->name);
	return false;
}

void bounds_end(struct bounds *bounds)
{
	if (bounds->own != NULL)
		freeifaddrs(bounds->own);
	bounds->own = NULL;
}
