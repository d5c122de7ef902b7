/* SPDX-License-Identifier: BSD-2-Clause */
/* What may be listed: neither reserved ranges, nor this machine, nor what is too wide for the list.
 */
#include "ctl/listing_limits.h"

#include <sys/types.h>

#include <ifaddrs.h>
#include <string.h>

#include "base/reserved.h"
#include "base/text.h"

void limits_begin(struct listing_limits *limits, const struct list *list, bool forced)
{
	*limits = (struct listing_limits){.list = list, .forced = forced};
	if (getifaddrs(&limits->own) != 0)
		limits->own = NULL;
}

bool limits_allow(const struct listing_limits *limits, const struct network *network,
	char why_r[LIMITS_TEXT_SIZE])
{
	char text[NETWORK_TEXT_SIZE];
	struct text why = text_over(why_r, LIMITS_TEXT_SIZE);

	network_format(network, text);
	/* RFC 5782, 5: every list has its test entries, and they are no rows. */
	if (limits->forced && strcmp(text, "127.0.0.1") == 0) {
		text_add(&why, "127.0.0.1 is never on a list, by rule (RFC 5782)");
		return false;
	}
	if (limits->forced)
		return true;
	if (!listing_too_wide(limits->list, network))
		return !reserved_network(network, limits->own, &why);
	text_add_format(&why, "%s is wider than the /%u that list %s allows", text,
		network_is_ipv4(network) ? limits->list->max_ipv4 : limits->list->max_ipv6,
		limits->list->name);
	return false;
}

void limits_end(struct listing_limits *limits)
{
	if (limits->own != NULL)
		freeifaddrs(limits->own);
	limits->own = NULL;
}
