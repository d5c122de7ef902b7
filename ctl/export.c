/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl export: one list, in the format asked for. */
#include "base/clock.h"
#include "base/err.h"
#include "conf/conf.h"
#include "ctl/context.h"
#include "ctl/formats.h"
#include "store/listings.h"

static enum status write_list(struct context *context, const struct format *format)
{
	struct batch batch = {.count = 0};
	struct export export = {
		.list = &context->list,
		.site_url = context->conf->site_url,
		.now = clock_now(),
		.batch = &batch,
		.db = context->ops,
	};
	int err = listings_read(context->ops, context->list.id, export.now, &batch);

	if (err == ERR_NONE) {
		batch_sort_by_address(&batch);
		/* A damaged file may have a network twice; no format allows that. */
		batch_drop_duplicates(&batch);
		err = format->write(&export);
	}
	batch_clear(&batch);
	return context_status(context->ops, err);
}

static enum status run(struct context *context)
{
	const char *name =
		context_option(context, OPTION_FORMAT, context_json(context) ? "json" : NULL);
	const struct format *format = formats_find_export(name);

	return format != NULL ? write_list(context, format) : STATUS_USAGE;
}

const struct command command_export = {
	.name = "export",
	.summary = "write a list to standard output for other programs",
	.forms = {{"export --format FORMAT [--list ops]", .opens = READS_OPS | FINDS_LIST,
		.run = run}},
	.example = "opsctl export --list rbl --format zone > rbl.zone",
	.notes = "Formats:\n"
		 "  text          one network per line\n"
		 "  csv           network,reason,listed_at,expires_at; import reads it\n"
		 "  json          one object per line\n"
		 "  rbldnsd       data of type \"combined\", IPv4 and IPv6\n"
		 "  zone          records to $INCLUDE in a zone of NSD, Knot or BIND (RFC 5782)\n"
		 "  postfix-cidr  for check_client_access cidr:FILE; exempt networks come first",
	.options = {{OPTION_FORMAT, "FORMAT", "see below"},
		{OPTION_LIST, "NAME", "the list (default ops)"}},
};
