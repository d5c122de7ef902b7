/* SPDX-License-Identifier: BSD-2-Clause */
/* The export format zone: a list as DNS records. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "ctl/export_formats.h"
#include "ctl/output.h"

/*
 * A zone (RFC 5782) holds names, not networks. A name is the labels of an address from the end to
 * the front: octets for IPv4, nibbles for IPv6. A network on a label's bound is a wildcard; any
 * other is as many wildcards as it has labels. A wildcard does not reach below a name that exists,
 * and a name makes all those above it exist (RFC 4592, 2.2.2), so a network with others inside gets
 * wildcards all along the way to them.
 */
struct zone_entry {
	struct network network;
	const char *reason; /* NULL: never listed, whatever is around it */
};

struct zone {
	const struct export *export;
	struct zone_entry *entries; /* of one family, sorted by address, the wider first */
	size_t count;
	unsigned label_bits; /* 8 or 4 */
	unsigned top;        /* bits in front of the first label */
};

/* Room for a TXT string of 255 octets, each escaped to four, and the name in front. */
#define RECORD_SIZE 1400

/* Octets of one TXT string (RFC 1035, 3.3.14). */
#define TXT_MAX 255

static unsigned label_of(const struct zone *zone, const struct addr *addr, unsigned end)
{
	uint8_t octet = addr->octets[(end - 1) / 8];

	if (zone->label_bits == 8)
		return octet;
	return end % 8 == 0 ? octet & 0xf : octet >> 4;
}

static void set_label(const struct zone *zone, struct addr *addr, unsigned end, unsigned label)
{
	uint8_t *octet = &addr->octets[(end - 1) / 8];

	if (zone->label_bits == 8)
		*octet = (uint8_t)label;
	else if (end % 8 == 0)
		*octet = (uint8_t)((*octet & 0xf0) | label);
	else
		*octet = (uint8_t)((*octet & 0x0f) | label << 4);
}

static void add_name(
	const struct zone *zone, const struct addr *addr, unsigned depth, struct text *text)
{
	if (depth < NETWORK_MAX_PREFIX)
		text_add(text, "*");
	for (unsigned end = depth; end > zone->top; end -= zone->label_bits)
		text_add_format(text, zone->label_bits == 8 ? "%s%u" : "%s%x",
			text->length > 0 ? "." : "", label_of(zone, addr, end));
}

/* As much of the reason as the link leaves room for, escaped (RFC 1035, 5.1). */
static void add_txt(
	const struct zone *zone, const char *reason, const struct addr *addr, struct text *text)
{
	char link[TXT_MAX + 1];
	struct text tail = TEXT_OVER(link);

	text_add(&tail, "; see ");
	export_add_link(zone->export, addr, &tail);
	text_add_char(text, '"');
	for (size_t room = TXT_MAX - tail.length; *reason != '\0' && room > 0; reason++, room--) {
		unsigned char octet = (unsigned char)*reason;
		if (octet == '"' || octet == '\\')
			text_add_format(text, "\\%c", octet);
		else if (octet < 0x20 || octet > 0x7e)
			text_add_format(text, "\\%03u", octet);
		else
			text_add_char(text, *reason);
	}
	text_add_format(text, "%s\"", link);
}

static void write_records(const struct zone *zone, const struct addr *addr, unsigned depth,
	const struct zone_entry *entry)
{
	char name[160], record[RECORD_SIZE];
	struct text name_text = TEXT_OVER(name), text = TEXT_OVER(record);

	add_name(zone, addr, depth, &name_text);
	if (entry->reason == NULL) {
		printf("%s TXT \"never listed, by rule\"\n", name);
		return;
	}
	/* What the link shows is the network's: its first address, which is the address of a single
	 * one. */
	add_txt(zone, entry->reason, &entry->network.addr, &text);
	printf("%s A 127.0.0.%d\n%s TXT %s\n", name, zone->export->list->dns_code, name, record);
}

static bool lies_in(const struct addr *inner, const struct addr *outer, unsigned prefix)
{
	struct network network = network_around(inner, prefix);

	return addr_compare(&network.addr, outer) == 0;
}

/* The entries that hold the present label and are wider than it, the most specific on top. */
struct covers {
	const struct zone_entry *stack[NETWORK_MAX_PREFIX + 1];
	size_t depth;
};

static const struct zone_entry *find_cover(
	struct covers *covers, const struct addr *addr, const struct zone_entry *around)
{
	while (covers->depth > 0) {
		const struct network *network = &covers->stack[covers->depth - 1]->network;
		if (lies_in(addr, &network->addr, network->prefix))
			return covers->stack[covers->depth - 1];
		covers->depth--;
	}
	return around;
}

/* Takes the entries that begin at addr and hold all of its label. */
static size_t take_covers(const struct zone *zone, size_t from, size_t to, const struct addr *addr,
	unsigned depth, struct covers *covers)
{
	while (from < to && zone->entries[from].network.prefix <= depth &&
		addr_compare(&zone->entries[from].network.addr, addr) == 0)
		covers->stack[covers->depth++] = &zone->entries[from++];
	return from;
}

static size_t find_end(
	const struct zone *zone, size_t from, size_t to, const struct addr *addr, unsigned depth)
{
	while (from < to && lies_in(&zone->entries[from].network.addr, addr, depth))
		from++;
	return from;
}

/*
 * Writes the names below a node, the first `depth` bits of addr. entries[from] to entries[to - 1]
 * lie in it and are narrower; `around` is what lists the node as a whole, and `wildcard` what the
 * wildcard below it says, or NULL.
 */
static void write_node(const struct zone *zone, struct addr addr, unsigned depth, size_t from,
	size_t to, const struct zone_entry *around, const struct zone_entry *wildcard)
{
	unsigned below = depth + zone->label_bits, labels = 1u << zone->label_bits;
	struct covers covers = {.depth = 0};

	for (unsigned label = 0; label < labels && output_works(); label++) {
		set_label(zone, &addr, below, label);
		const struct zone_entry *cover = find_cover(&covers, &addr, around);
		if (cover == wildcard) {
			/* Nothing to say until the next entry begins. */
			if (from == to)
				break;
			label = label_of(zone, &zone->entries[from].network.addr, below);
			set_label(zone, &addr, below, label);
		}
		from = take_covers(zone, from, to, &addr, below, &covers);
		size_t end = find_end(zone, from, to, &addr, below);
		cover = find_cover(&covers, &addr, around);
		if (cover != NULL && (cover != wildcard || from < end))
			write_records(zone, &addr, below, cover);
		if (from < end)
			write_node(zone, addr, below, from, end, cover, cover);
		from = end;
	}
}

static void add_entry(struct zone *zone, const struct network *network, const char *reason)
{
	zone->entries[zone->count++] = (struct zone_entry){.network = *network, .reason = reason};
}

static int compare_entries(const void *a, const void *b)
{
	return network_compare(
		&((const struct zone_entry *)a)->network, &((const struct zone_entry *)b)->network);
}

/* The test entries of a family; those that a forced listing has of the same addresses give way. */
static void add_test_entries(struct zone *zone, const struct listing *test)
{
	struct network never = test->network;
	bool covered = false;

	never.addr.octets[15] = 1;
	for (size_t i = 0; i < zone->count; i++) {
		const struct network *network = &zone->entries[i].network;
		covered = covered || lies_in(&never.addr, &network->addr, network->prefix);
	}
	add_entry(zone, &test->network, test->reason);
	if (covered)
		add_entry(zone, &never, NULL);
}

static bool is_test_address(const struct network *network)
{
	return network->prefix == NETWORK_MAX_PREFIX &&
	       listing_test_entry(&network->addr) != TEST_ENTRY_NONE;
}

static int write_family(const struct export *export, bool ipv4)
{
	struct zone zone = {.export = export,
		.label_bits = ipv4 ? 8 : 4,
		.top = ipv4 ? NETWORK_IPV4_PREFIX : 0};
	struct listing test = listing_of_test_entry(export->list);
	struct covers covers = {.depth = 0};

	zone.entries = reallocarray(NULL, export->batch->count + 2, sizeof(*zone.entries));
	if (zone.entries == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < export->batch->count; i++) {
		const struct batch_entry *entry = &export->batch->entries[i];
		if (network_is_ipv4(&entry->network) == ipv4 && !is_test_address(&entry->network))
			add_entry(&zone, &entry->network, export_reason(export, entry));
	}
	add_test_entries(&zone, &test);
	qsort(zone.entries, zone.count, sizeof(*zone.entries), compare_entries);
	/* No wildcard for the whole space: it would answer for every name of the zone. */
	struct network all = network_around(&test.network.addr, zone.top);
	size_t from = take_covers(&zone, 0, zone.count, &all.addr, zone.top, &covers);
	write_node(&zone, all.addr, zone.top, from, zone.count,
		find_cover(&covers, &all.addr, NULL), NULL);
	free(zone.entries);
	return ERR_NONE;
}

int export_zone(const struct export *export)
{
	char now[CLOCK_TEXT_SIZE];

	clock_format(export->now, now);
	printf("; list %s of opsmilter at %s UTC, %zu networks\n", export->list->name, now,
		export->batch->count);
	puts("; $INCLUDE this in a zone that has its SOA and NS records.\n$TTL 3600");
	int err = write_family(export, true);
	return err == ERR_NONE ? write_family(export, false) : err;
}
