/* SPDX-License-Identifier: BSD-2-Clause */
/* What may be listed: neither reserved ranges, nor this machine, nor what is too wide for the list.
 */
#include "ctl/listing_limits.h"

#include <sys/types.h>

#include "base/reserved.h"
#include "base/text.h"
#include "ctl/output.h"
#include <ifaddrs.h>

void limits_begin(struct listing_limits *limits, const struct list *list,
	const struct reserved_rules *hosts, bool forced)
{
	*limits = (struct listing_limits){.list = list, .hosts = hosts, .forced = forced};
	if (getifaddrs(&limits->own) != 0)
		limits->own = NULL;
}

bool limits_test_entry(const struct network *network, struct text *why_r)
{
	static const char *const rules[] = {
		[TEST_ENTRY_LISTED] = "127.0.0.2 is on every list",
		[TEST_ENTRY_UNLISTED] = "127.0.0.1 is never on a list",
	};
	enum test_entry entry = network->prefix == NETWORK_MAX_PREFIX
					? listing_test_entry(&network->addr)
					: TEST_ENTRY_NONE;

	if (entry == TEST_ENTRY_NONE)
		return false;
	text_add_format(
		why_r, "%s, by rule (RFC 5782); it can be neither added nor removed", rules[entry]);
	return true;
}

/* "0.0.0.0/0 (every IPv4 address)" */
static void add_network(const struct network *network, struct text *text)
{
	char shown[NETWORK_TEXT_SIZE];
	bool ipv4 = network_is_ipv4(network);
	unsigned bits = (ipv4 ? 32 : 128) - network_shown_prefix(network);

	network_format(network, shown);
	if (network_shown_prefix(network) == 0)
		text_add_format(text, "%s (every %s address)", shown, ipv4 ? "IPv4" : "IPv6");
	else if (ipv4)
		text_add_format(text, "%s (%lu addresses)", shown, 1ul << bits);
	else
		text_add_format(text, "%s (2^%u addresses)", shown, bits);
}

static void add_too_wide(
	const struct listing_limits *limits, const struct network *network, struct text *text)
{
	add_network(network, text);
	text_add_format(text, " is wider than the /%u that list %s allows",
		network_is_ipv4(network) ? limits->list->max_ipv4 : limits->list->max_ipv6,
		limits->list->name);
}

bool limits_allow(
	struct listing_limits *limits, const struct network *network, char why_r[LIMITS_TEXT_SIZE])
{
	struct text why = text_over(why_r, LIMITS_TEXT_SIZE);

	if (limits_test_entry(network, &why))
		return false;
	bool wide = listing_too_wide(limits->list, network);
	if (limits->forced) {
		if (wide && (limits->wide == 0 || network->prefix < limits->widest.prefix))
			limits->widest = *network;
		limits->wide += wide;
		return true;
	}
	if (wide)
		add_too_wide(limits, network, &why);
	else if (!reserved_network(network, limits->own, limits->hosts, &why))
		return true;
	text_add(&why, "; --force overrides");
	return false;
}

void limits_warn(const struct listing_limits *limits)
{
	char buffer[LIMITS_TEXT_SIZE];
	struct text text = TEXT_OVER(buffer);

	if (limits->wide == 1)
		add_too_wide(limits, &limits->widest, &text);
	if (limits->wide > 1) {
		text_add_format(&text, "%zu networks are wider than list %s allows, the widest is ",
			limits->wide, limits->list->name);
		add_network(&limits->widest, &text);
	}
	if (limits->wide > 0)
		say_error("warning: %s", buffer);
}

void limits_end(struct listing_limits *limits)
{
	if (limits->own != NULL)
		freeifaddrs(limits->own);
	limits->own = NULL;
}
