/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl hits: the hit log. */
#include "ctl/hits.h"

#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"
#include "store/lists.h"

static enum colour colour_of(const void *row)
{
	const struct hit_row *hit = row;

	if (strcmp(hit->action, "refused") == 0)
		return COLOUR_RED;
	return strcmp(hit->action, "deferred") == 0 ? COLOUR_YELLOW : COLOUR_PLAIN;
}

/* In JSON a row is the view `hits`. */
static const struct column columns[] = {
	{"id", NULL, COLUMN_NUMBER, AT(struct hit_row, id)},
	{"at", "AT", COLUMN_TIME, AT(struct hit_row, at)},
	{"client", "CLIENT", COLUMN_TEXT, AT(struct hit_row, client)},
	{"client_name", NULL, COLUMN_TEXT, AT(struct hit_row, client_name)},
	{"helo", NULL, COLUMN_TEXT, AT(struct hit_row, helo)},
	{"list", "LIST", COLUMN_TEXT, AT(struct hit_row, list)},
	{"action", "ACTION", COLUMN_TEXT, AT(struct hit_row, action), .colour = colour_of},
	{"mail_from", "FROM", COLUMN_TEXT, AT(struct hit_row, mail_from)},
	{"rcpt_to", "TO", COLUMN_TEXT, AT(struct hit_row, rcpt_to)},
	{"network", NULL, COLUMN_TEXT, AT(struct hit_row, network)},
	{"reason", NULL, COLUMN_TEXT, AT(struct hit_row, reason)},
	{"listed_at", NULL, COLUMN_TIME, AT(struct hit_row, listed_at)},
	{"stage", NULL, COLUMN_TEXT, AT(struct hit_row, stage)},
	{"reply", NULL, COLUMN_TEXT, AT(struct hit_row, reply)},
	{"ref", "REF", COLUMN_TEXT, AT(struct hit_row, ref)},
	{"mta", NULL, COLUMN_TEXT, AT(struct hit_row, mta)},
	{"queue_id", NULL, COLUMN_TEXT, AT(struct hit_row, queue_id)},
};

struct table *hits_new_table(bool json)
{
	return table_new(COLUMNS(columns), json);
}

void hits_add_row(void *context, const struct hit_row *hit)
{
	table_add(context, hit);
}

static void show_one(void *context, const struct hit_row *hit)
{
	table_print_one(COLUMNS(columns), hit, context_json(context));
}

static enum status show_ref(struct context *context, const char *ref)
{
	int err = hits_find(context->hits, ref, show_one, context);

	if (err == ERR_SYNTAX)
		return fail(STATUS_USAGE,
			"--ref: \"%s\" is not a reference (for example 3H-5R2GK0M8W1XA)", ref);
	if (err == ERR_NOT_FOUND)
		return fail(
			STATUS_NO, "no hit %s; it was purged, or the reference is incomplete", ref);
	return context_status(context->hits, err);
}

static enum status read_limit(const struct context *context, int64_t *limit_r)
{
	const char *limit = context_option(context, OPTION_LIMIT, "50");

	if (number_parse(limit, 1, INT64_MAX, limit_r))
		return STATUS_DONE;
	return fail(
		STATUS_USAGE, "--limit: \"%s\" is not a number of hits (for example 50)", limit);
}

/* A mistyped --list must be an error, not an empty result. */
static enum status check_list(struct context *context, const char *name)
{
	enum status status = name != NULL ? context_open_ops(context, false) : STATUS_DONE;

	return name != NULL && status == STATUS_DONE ? context_find_list(context, name) : status;
}

static enum status show_many(struct context *context, const struct hits_filter *filter)
{
	struct table *table = hits_new_table(context_json(context));
	int err = hits_each(context->hits, filter, hits_add_row, table);

	bool cut = filter->limit > 0 && (int64_t)table_rows(table) == filter->limit;
	table_end(&table, err == ERR_NONE ? "no hits" : NULL);
	if (err == ERR_NONE && cut && !context_json(context))
		say("(newest %lld; --limit shows more)", (long long)filter->limit);
	return context_status(context->hits, err);
}

static enum status run(struct context *context)
{
	const char *ref = context_option(context, OPTION_REF, NULL);
	struct hits_filter filter = {
		.network = context->word_count > 0 ? &context->network : NULL,
		.list = context_option(context, OPTION_LIST, NULL),
	};
	struct span span;

	if (ref != NULL && context->word_count > 0)
		return fail(STATUS_USAGE, "unexpected argument \"%s\": --ref names one hit",
			context->words[0]);
	enum status status = context_read_span(context, NULL, &span);
	if (status == STATUS_DONE)
		status = read_limit(context, &filter.limit);
	if (status == STATUS_DONE)
		status = check_list(context, filter.list);
	if (status != STATUS_DONE)
		return status;
	filter.since = span.since;
	filter.until = span.until;
	return ref != NULL ? show_ref(context, ref) : show_many(context, &filter);
}

const struct command command_hits = {
	.name = "hits",
	.summary = "show the hit log, newest first",
	.forms = {{"hits [IP or NETWORK] [--since MOMENT] [--until MOMENT] [--list LIST] "
		   "[--limit N]",
			  .operand = OPERAND_NETWORK, .optional = true, .opens = READS_HITS,
			  .run = run},
		{"hits --ref REF"}},
	.example = "opsctl hits 198.18.0.0/16 --since 7d --limit 20",
	.notes = "MOMENT is a duration before now (7d, 12h) or a time in UTC (2026-11-20,\n"
		 "\"2026-11-20 21:02\").\n"
		 "A reference may be typed in any case, with O for 0 and I or L for 1.",
	.options = {{OPTION_SINCE, "MOMENT", "no earlier hits (default: all)"},
		{OPTION_UNTIL, "MOMENT", "no later hits (default: all)"},
		{OPTION_LIST, "LIST", "only hits of this list"},
		{OPTION_REF, "REF", "the whole record of one hit"},
		{OPTION_LIMIT, "N", "at most N hits (default 50)"}},
};
