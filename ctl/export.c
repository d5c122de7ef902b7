/* SPDX-License-Identifier: BSD-2-Clause */
#include "export.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "context.h"
#include "json.h"
#include "output.h"
#include "store/listings.h"

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

static int export_text(const struct export *export)
{
	char network[NETWORK_TEXT_SIZE];

	for (size_t i = 0; i < export->batch->count && output_works(); i++) {
		network_format(&export->batch->entries[i].network, network);
		puts(network);
	}
	return ERR_NONE;
}

/* A field of CSV (RFC 4180), always in quotation marks. */
static void write_quoted(const char *value)
{
	char clean[REASON_SIZE];
	struct text text = TEXT_OVER(clean);

	if (isatty(STDOUT_FILENO)) {
		text_add_terminal(&text, value);
		value = clean;
	}
	putchar('"');
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

static int export_csv(const struct export *export)
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

static int export_json(const struct export *export)
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

typedef int export_write(const struct export *export);

static export_write *find_format(const char *name)
{
	static const struct {
		const char *name;
		export_write *write;
	} formats[] = {
		{"text", export_text},
		{"csv", export_csv},
		{"json", export_json},
		{"rbldnsd", export_rbldnsd},
		{"zone", export_zone},
		{"postfix-cidr", export_postfix_cidr},
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return formats[i].write;
	}
	return NULL;
}

static enum status write_list(struct context *context, export_write *write, const struct list *list)
{
	struct batch batch = {.count = 0};
	struct export export = {
		.list = list,
		.site_url = context->conf->site_url,
		.now = clock_now(),
		.batch = &batch,
		.db = context->ops,
	};
	int err = listings_read(context->ops, list->id, export.now, &batch);

	if (err == ERR_NONE) {
		batch_sort_by_address(&batch);
		/* A damaged file may have a network twice, and no format may. */
		batch_drop_duplicates(&batch);
		err = write(&export);
	}
	batch_clear(&batch);
	return err == ERR_NONE ? STATUS_DONE : context_failed(context->ops, err);
}

static enum status run(struct context *context)
{
	const char *format =
		context_option(context, OPTION_FORMAT, context_json(context) ? "json" : NULL);
	export_write *write = format != NULL ? find_format(format) : NULL;
	struct list list;

	if (write == NULL) {
		complain(
			"--format %s: text, csv, json, rbldnsd, zone or postfix-cidr belongs there",
			format != NULL ? format : "FORMAT is missing");
		return STATUS_USAGE;
	}
	enum status status = context_open_ops(context, false);
	if (status == STATUS_DONE)
		status = context_find_list(context, &list);
	return status == STATUS_DONE ? write_list(context, write, &list) : status;
}

const struct command command_export = {
	.name = "export",
	.summary = "write a list to standard output, for other programs",
	.forms = (const char *const[]){"export --format FORMAT [--list ops]", NULL},
	.example = "opsctl export --list rbl --format zone > rbl.zone",
	.notes = "Formats:\n"
		 "  text          one network a line\n"
		 "  csv           network,reason,listed_at,expires_at; import takes it back\n"
		 "  json          one object a line\n"
		 "  rbldnsd       data of type \"combined\", IPv4 and IPv6\n"
		 "  zone          records to $INCLUDE in a zone of NSD, Knot or BIND (RFC 5782)\n"
		 "  postfix-cidr  for check_client_access cidr:FILE; what is exempt stands first",
	.options =
		{
			{OPTION_FORMAT, "FORMAT", "see below"},
			{OPTION_LIST, "NAME", "the list (default ops)"},
		},
	.run = run,
};
