/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and networks as people write them, and what is wrong with them. */
#include "ctl/typed.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define DIGITS "0123456789"

/* Copies a string without the zeros in front of its decimal numbers. */
static void drop_leading_zeros(const char *string, struct text *text_r)
{
	for (const char *at = string; *at != '\0'; at++) {
		bool is_first = at == string || strchr(DIGITS, at[-1]) == NULL;
		while (is_first && *at == '0' && at[1] != '\0' && strchr(DIGITS, at[1]) != NULL)
			at++;
		text_add_char(text_r, *at);
	}
}

/* Adds why a string is not a network, if that can be told. */
static bool explain(const char *string, struct text *fault_r)
{
	char buffer[NETWORK_TEXT_SIZE];
	struct text bare = TEXT_OVER(buffer);
	struct network network;
	const char *colon = strchr(string, ':');

	if (colon != NULL && strchr(colon + 1, ':') == NULL && strchr(string, '.') != NULL) {
		text_add_format(fault_r,
			"\"%.60s\" is an address with a port; expected only the address", string);
		return true;
	}
	drop_leading_zeros(string, &bare);
	if (bare.overflow || network_parse(buffer, &network) != ERR_NONE)
		return false;
	text_add_format(
		fault_r, "\"%.60s\" has leading zeros; without them it is %s", string, buffer);
	return true;
}

bool typed_network(const char *string, struct network *network_r, struct text *fault_r)
{
	char right[NETWORK_TEXT_SIZE];
	int err = network_parse(string, network_r);

	if (err == ERR_HOST_BITS) {
		network_format(network_r, right);
		text_add_format(fault_r,
			"%.60s has bits set beyond its prefix length; the network is %s", string,
			right);
	} else if (err == ERR_RANGE) {
		text_add_format(fault_r,
			"%.60s: the prefix length must be at most /32 for IPv4, /128 for IPv6",
			string);
	} else if (err != ERR_NONE && !explain(string, fault_r)) {
		text_add_format(fault_r,
			"\"%.60s\" is not an address or network (for example 192.0.2.1, "
			"192.0.2.0/24 or 2001:db8::/32)",
			string);
	}
	return err == ERR_NONE;
}

bool typed_addr(const char *string, struct addr *addr_r, struct text *fault_r)
{
	struct network network;

	if (addr_parse(string, addr_r) == ERR_NONE)
		return true;
	if (network_parse(string, &network) != ERR_SYNTAX)
		text_add_format(fault_r, "\"%.60s\" is a network; expected one address", string);
	else if (!explain(string, fault_r))
		text_add_format(fault_r,
			"\"%.60s\" is not an IP address (for example 192.0.2.1 or 2001:db8::1)",
			string);
	return false;
}
