/* SPDX-License-Identifier: BSD-2-Clause */
/* Lists and listings: names, limits, and the test entries of RFC 5782. */
#include "core/listing.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static const char *const action_names[] = {
	[LIST_LOG] = "log",
	[LIST_TAG] = "tag",
	[LIST_DEFER] = "defer",
	[LIST_REFUSE] = "refuse",
};

static const char *const removal_names[] = {
	[REMOVAL_RETEST] = "retest",
	[REMOVAL_REVIEW] = "review",
	[REMOVAL_EXPIRE] = "expire",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum test_entry listing_test_entry(const struct addr *addr)
{
	static const struct addr listed = ADDR_IPV4(127, 0, 0, 2);
	static const struct addr unlisted = ADDR_IPV4(127, 0, 0, 1);

	if (addr_compare(addr, &listed) == 0)
		return TEST_ENTRY_LISTED;
	if (addr_compare(addr, &unlisted) == 0)
		return TEST_ENTRY_UNLISTED;
	return TEST_ENTRY_NONE;
}

struct listing listing_of_test_entry(const struct list *list)
{
	struct listing listing = {
		.list_id = list->id,
		.action = list->action,
		.network = {ADDR_IPV4(127, 0, 0, 2), NETWORK_MAX_PREFIX},
		.reason = "test entry, always listed (RFC 5782)",
		.expires_at = CLOCK_NEVER,
	};

	text_copy(listing.list, sizeof(listing.list), list->name);
	return listing;
}

static bool parse_name(const char *const *names, size_t count, const char *name, unsigned *value_r)
{
	for (unsigned value = 0; value < count; value++) {
		if (strcmp(names[value], name) == 0) {
			*value_r = value;
			return true;
		}
	}
	return false;
}

const char *list_action_name(enum list_action action)
{
	return action_names[action];
}

bool list_action_parse(const char *name, enum list_action *action_r)
{
	return parse_name(action_names, COUNT(action_names), name, action_r);
}

const char *list_removal_name(enum list_removal removal)
{
	return removal_names[removal];
}

bool list_removal_parse(const char *name, enum list_removal *removal_r)
{
	return parse_name(removal_names, COUNT(removal_names), name, removal_r);
}

bool list_name_valid(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length < LIST_NAME_SIZE &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

const char *reason_fault(const char *reason)
{
	const char *end = reason + strlen(reason);

	if (*reason == '\0')
		return "is empty";
	if (end - reason >= REASON_SIZE)
		return "is longer than 255 bytes";
	while (reason < end) {
		uint32_t character;
		unsigned length = text_read_utf8(reason, (size_t)(end - reason), &character);
		if (length == 0)
			return "is not UTF-8";
		if (text_is_control(character))
			return "has a control character";
		if (text_turns_direction(character))
			return "has a character that turns the direction of the text";
		reason += length;
	}
	return NULL;
}

bool listing_too_wide(const struct list *list, const struct network *network)
{
	unsigned max = network_is_ipv4(network) ? list->max_ipv4 : list->max_ipv6;

	return network_shown_prefix(network) < max;
}
