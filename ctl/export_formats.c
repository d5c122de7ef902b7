/* SPDX-License-Identifier: BSD-2-Clause */
/* The formats of an export that have one line an entry. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "ctl/export_formats.h"
#include "ctl/import_formats.h"
#include "ctl/output.h"
#include "store/exemptions.h"

/* Octets of a line for another program; a reason and a link fit. */
#define MAP_LINE_SIZE 1024

const char *export_reason(const struct export *export, const struct batch_entry *entry)
{
	return export->batch->reasons[entry->reason];
}

void export_add_link(const struct export *export, const struct addr *addr, struct text *text)
{
	char address[ADDR_TEXT_SIZE];

	addr_format(addr, address);
	text_add_format(text, "%s/lookup?ip=%s", export->site_url, address);
}

int export_text(const struct export *export)
{
	char network[NETWORK_TEXT_SIZE];

	for (size_t i = 0; i < export->batch->count && output_works(); i++) {
		network_format(&export->batch->entries[i].network, network);
		puts(network);
	}
	return ERR_NONE;
}

/* A reason as it is, or on a terminal without what could steer that. */
static const char *shown(const char *reason, char clean_r[REASON_SIZE])
{
	if (!isatty(STDOUT_FILENO))
		return reason;
	struct text text = text_over(clean_r, REASON_SIZE);
	text_add_terminal(&text, reason);
	return clean_r;
}

/* A field of CSV (RFC 4180), always in quotation marks. A spreadsheet would take one that begins
 * with one of these marks for a formula; import takes the apostrophe away again. */
static void write_quoted(const char *value)
{
	char clean[REASON_SIZE];

	value = shown(value, clean);
	putchar('"');
	if (*value != '\0' && strchr(CSV_FORMULA_MARKS, *value) != NULL)
		putchar('\'');
	for (; *value != '\0'; value++) {
		if (*value == '"')
			putchar('"');
		putchar(*value);
	}
	putchar('"');
}

static void format_end(int64_t time, char text_r[CLOCK_TEXT_SIZE])
{
	if (time == CLOCK_NEVER)
		text_copy(text_r, CLOCK_TEXT_SIZE, "never");
	else
		clock_format(time, text_r);
}

int export_csv(const struct export *export)
{
	char network[NETWORK_TEXT_SIZE], listed[CLOCK_TEXT_SIZE], expires[CLOCK_TEXT_SIZE];

	puts("network,reason,listed_at,expires_at");
	for (size_t i = 0; i < export->batch->count && output_works(); i++) {
		const struct batch_entry *entry = &export->batch->entries[i];
		network_format(&entry->network, network);
		clock_format(entry->listed_at, listed);
		format_end(entry->expires_at, expires);
		printf("%s,", network);
		write_quoted(export_reason(export, entry));
		printf(",%s,%s\n", listed, expires);
	}
	return ERR_NONE;
}

int export_json(const struct export *export)
{
	struct json json = {.file = stdout};
	char network[NETWORK_TEXT_SIZE];

	for (size_t i = 0; i < export->batch->count && output_works(); i++) {
		const struct batch_entry *entry = &export->batch->entries[i];
		network_format(&entry->network, network);
		json_open(&json, NULL, '{');
		json_text(&json, "list", export->list->name);
		json_text(&json, "network", network);
		json_text(&json, "reason", export_reason(export, entry));
		json_time(&json, "listed_at", entry->listed_at);
		json_time(&json, "expires_at", entry->expires_at);
		json_close(&json, '}');
		json_end_line(&json);
	}
	return ERR_NONE;
}

/* rbldnsd puts the address asked for in the place of a dollar sign; two of them are one. */
static void write_default(const struct export *export, const char *reason)
{
	char clean[REASON_SIZE];

	printf(":127.0.0.%d:", export->list->dns_code);
	for (reason = shown(reason, clean); *reason != '\0'; reason++)
		fputs(*reason == '$' ? "$$" : (const char[]){*reason, '\0'}, stdout);
	printf("; see %s/lookup?ip=$\n", export->site_url);
}

/* One data set: the entries of one family. A line with the reason precedes each run of entries. */
static void write_data_set(const struct export *export, bool ipv4)
{
	char network[NETWORK_TEXT_SIZE];
	uint32_t reason = UINT32_MAX;

	for (size_t i = 0; i < export->batch->count && output_works(); i++) {
		const struct batch_entry *entry = &export->batch->entries[i];
		if (network_is_ipv4(&entry->network) != ipv4)
			continue;
		if (entry->reason != reason)
			write_default(export, export_reason(export, entry));
		reason = entry->reason;
		network_format(&entry->network, network);
		puts(network);
	}
}

int export_rbldnsd(const struct export *export)
{
	struct listing test = listing_of_test_entry(export->list);

	printf("# list %s of opsmilter, for rbldnsd: ZONE:combined:THIS_FILE\n",
		export->list->name);
	puts("$DATASET ip4trie:ipv4 @");
	write_default(export, test.reason);
	puts("127.0.0.2");
	write_data_set(export, true);
	puts("$DATASET ip6trie:ipv6 @");
	write_default(export, test.reason);
	/* Not every version reads a dotted quad there. */
	puts("0:0:0:0:0:ffff:7f00:2");
	write_data_set(export, false);
	return ERR_NONE;
}

/* What a mail server does with a client in the network, in the words of access(5). */
static void write_access(const struct export *export, const struct batch_entry *entry)
{
	static const char *const actions[] = {
		[LIST_LOG] = "WARN",
		[LIST_TAG] = "PREPEND X-OPS-Listed:",
		[LIST_DEFER] = "450 4.7.1 Service unavailable; client is on list",
		[LIST_REFUSE] = "550 5.7.1 Service unavailable; client is on list",
	};
	char network[NETWORK_TEXT_SIZE], line[MAP_LINE_SIZE];
	struct text text = TEXT_OVER(line);

	network_format(&entry->network, network);
	text_add_format(
		&text, "%s %s %s: ", network, actions[export->list->action], export->list->name);
	text_add_printable(&text, export_reason(export, entry));
	text_add(&text, "; see ");
	export_add_link(export, &entry->network.addr, &text);
	puts(line);
}

static void write_exemption(void *context, const struct exemption *exemption)
{
	char network[NETWORK_TEXT_SIZE];

	(void)context;
	network_format(&exemption->network, network);
	printf("%s DUNNO\n", network);
}

/*
 * Postfix uses the first match, so a network is written after those within it. The stack has the
 * networks that contain the current one; each is written when the next one is outside of it.
 */
int export_postfix_cidr(const struct export *export)
{
	const struct batch_entry *held[NETWORK_MAX_PREFIX + 1];
	size_t depth = 0;
	int err = exemptions_each(export->db, write_exemption, NULL);

	for (size_t i = 0; i < export->batch->count && output_works(); i++) {
		const struct batch_entry *entry = &export->batch->entries[i];
		while (depth > 0 && !network_covers(&held[depth - 1]->network, &entry->network))
			write_access(export, held[--depth]);
		held[depth++] = entry;
	}
	while (depth > 0)
		write_access(export, held[--depth]);
	return err;
}
