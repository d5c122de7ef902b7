/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks in CIDR notation: reading, writing, containment and order. */
#include "base/network.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "base/text.h"

/* The bits of the octet at index that lie within the first prefix bits. */
static uint8_t mask_of(unsigned prefix, unsigned index)
{
	unsigned start = index * 8;

	if (prefix >= start + 8)
		return 0xff;
	return prefix <= start ? 0 : (uint8_t)(0xff00u >> (prefix - start));
}

/* Digits without leading zeros. A number above the limit, however long, is ERR_RANGE. */
static int parse_prefix(const char *string, unsigned limit, unsigned *prefix_r)
{
	size_t digits = strspn(string, "0123456789");

	int64_t prefix;

	if (digits == 0 || string[digits] != '\0' || (string[0] == '0' && digits > 1))
		return ERR_SYNTAX;
	if (!number_parse(string, 0, limit, &prefix))
		return ERR_RANGE;
	*prefix_r = (unsigned)prefix;
	return ERR_NONE;
}

int network_parse(const char *string, struct network *network_r)
{
	size_t length = strcspn(string, "/");
	unsigned prefix = NETWORK_MAX_PREFIX;
	struct addr addr;
	int err = addr_parse_octets(string, length, &addr);

	memset(network_r, 0, sizeof(*network_r));
	if (err == ERR_NONE && string[length] == '/') {
		/* Bits in front of those that the spelling counts. */
		unsigned before = strchr(string, ':') != NULL ? 0 : NETWORK_IPV4_PREFIX;
		err = parse_prefix(string + length + 1, NETWORK_MAX_PREFIX - before, &prefix);
		prefix += before;
	}
	if (err != ERR_NONE)
		return err;
	*network_r = network_around(&addr, prefix);
	return addr_compare(&network_r->addr, &addr) == 0 ? ERR_NONE : ERR_HOST_BITS;
}

struct network network_of_addr(const struct addr *addr)
{
	return (struct network){.addr = *addr, .prefix = NETWORK_MAX_PREFIX};
}

struct network network_around(const struct addr *addr, unsigned prefix)
{
	struct network network = network_of_addr(addr);

	assert(prefix <= NETWORK_MAX_PREFIX);
	network.prefix = (uint8_t)prefix;
	for (unsigned i = 0; i < sizeof(addr->octets); i++)
		network.addr.octets[i] &= mask_of(prefix, i);
	return network;
}

void network_format(const struct network *network, char text_r[NETWORK_TEXT_SIZE])
{
	char address[ADDR_TEXT_SIZE];
	struct text text = text_over(text_r, NETWORK_TEXT_SIZE);

	addr_format(&network->addr, address);
	text_add(&text, address);
	if (network->prefix < NETWORK_MAX_PREFIX)
		text_add_format(&text, "/%u", network_shown_prefix(network));
}

bool network_is_ipv4(const struct network *network)
{
	return network->prefix >= NETWORK_IPV4_PREFIX && addr_is_ipv4(&network->addr);
}

unsigned network_shown_prefix(const struct network *network)
{
	return network->prefix - (network_is_ipv4(network) ? NETWORK_IPV4_PREFIX : 0u);
}

bool network_contains(const struct network *network, const struct addr *addr)
{
	if (network->prefix < NETWORK_IPV4_PREFIX && addr_is_ipv4(addr))
		return false;
	return addr_shared_prefix(&network->addr, addr) >= network->prefix;
}

const struct network *network_find(
	const struct network *networks, size_t count, const struct addr *addr)
{
	for (size_t i = 0; i < count; i++) {
		if (network_contains(&networks[i], addr))
			return &networks[i];
	}
	return NULL;
}

bool network_covers(const struct network *outer, const struct network *inner)
{
	return outer->prefix <= inner->prefix && network_contains(outer, &inner->addr);
}

struct addr network_last(const struct network *network)
{
	struct addr last = network->addr;

	for (unsigned i = 0; i < sizeof(last.octets); i++)
		last.octets[i] |= (uint8_t)~mask_of(network->prefix, i);
	return last;
}

int network_compare(const struct network *a, const struct network *b)
{
	int order = addr_compare(&a->addr, &b->addr);

	return order ? order : (int)a->prefix - (int)b->prefix;
}
