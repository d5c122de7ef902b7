/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl add and opsctl remove: single listings. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/context.h"
#include "ctl/file.h"
#include "ctl/listing_limits.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"
#include "store/listings.h"

/* How many neighbours an error message names. */
#define NEIGHBOURS 5

/* *body_r is to be freed; NULL when the body is in argv. */
static enum status read_evidence(
	const struct context *context, struct evidence *evidence, char **body_r)
{
	const char *path = context_option(context, OPTION_EVIDENCE, NULL);
	const char *note = context_option(context, OPTION_NOTE, NULL);
	size_t length;

	*body_r = NULL;
	if ((path == NULL) == (note == NULL))
		return fail(STATUS_USAGE, "%s",
			path == NULL ? "missing evidence: give --evidence FILE or --note TEXT"
				     : "give either --evidence FILE or --note TEXT, not both");
	if (note != NULL && (*note == '\0' || strlen(note) > EVIDENCE_MAX))
		return fail(STATUS_USAGE, "--note: the text is %s",
			*note == '\0' ? "empty" : "longer than 1 MiB");
	if (note != NULL) {
		evidence->kind = "note";
		evidence->source = "command line";
		evidence_set_body(evidence, note, strlen(note));
		return STATUS_DONE;
	}
	enum status status = file_read_evidence(path, body_r, &length);
	if (status != STATUS_DONE)
		return status;
	evidence->kind = "file";
	evidence->source = strcmp(path, "-") == 0 ? "standard input" : path;
	evidence_set_body(evidence, *body_r, length);
	return STATUS_DONE;
}

static enum status say_exists(const struct listing *existing)
{
	char network[NETWORK_TEXT_SIZE], since[CLOCK_TEXT_SIZE];

	network_format(&existing->network, network);
	clock_format(existing->listed_at, since);
	return fail(STATUS_NO, "%s is already listed on %s since %s (%s); remove it first", network,
		existing->list, since, existing->reason);
}

static void show_added(const struct context *context, const struct listing *listing)
{
	static const struct column columns[] = {
		{"id", NULL, COLUMN_NUMBER, AT(struct listing, id)},
		{"list", NULL, COLUMN_CHARS, AT(struct listing, list)},
		{"network", NULL, COLUMN_NETWORK, AT(struct listing, network)},
		{"reason", NULL, COLUMN_CHARS, AT(struct listing, reason)},
		{"listed_at", NULL, COLUMN_TIME, AT(struct listing, listed_at)},
		{"expires_at", NULL, COLUMN_TIME, AT(struct listing, expires_at)},
		{"evidence_id", NULL, COLUMN_NUMBER, AT(struct listing, evidence_id)},
	};
	char network[NETWORK_TEXT_SIZE], until[CLOCK_TEXT_SIZE] = "it is removed";

	if (context_json(context)) {
		table_print_one(COLUMNS(columns), listing, true);
		return;
	}
	network_format(&listing->network, network);
	if (listing->expires_at != CLOCK_NEVER)
		clock_format(listing->expires_at, until);
	say("%s is on %s until %s (evidence %lld)", network, listing->list, until,
		(long long)listing->evidence_id);
}

static enum status add_listing(struct context *context, struct listing *listing)
{
	struct change change = context_change(context, "add", listing->reason);
	struct evidence evidence = {.at = change.at, .who = change.who};
	struct listing existing;
	char *body;
	enum status status = read_evidence(context, &evidence, &body);

	if (status != STATUS_DONE)
		return status;
	int err = listings_add(context->ops, listing, &evidence, &change, &existing);
	free(body);
	if (err == ERR_EXISTS)
		return say_exists(&existing);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	show_added(context, listing);
	return STATUS_DONE;
}

/* Whether the network may be listed; a warning or an error is reported. */
static bool is_allowed(const struct context *context)
{
	struct listing_limits limits;
	char why[LIMITS_TEXT_SIZE];

	limits_begin(&limits, &context->list, &context->conf->probe.hosts,
		option_given(&context->options, OPTION_FORCE));
	bool allowed = limits_allow(&limits, &context->network, why);
	limits_end(&limits);
	limits_warn(&limits);
	if (!allowed)
		say_error("%s", why);
	return allowed;
}

static enum status run_add(struct context *context)
{
	const struct list *list = &context->list;
	struct listing listing = {
		.network = context->network, .list_id = list->id, .action = list->action};

	if (context_read_expiry(context, &listing.expires_at) != STATUS_DONE ||
		!is_allowed(context))
		return STATUS_USAGE;
	text_copy(listing.list, sizeof(listing.list), list->name);
	text_copy(listing.reason, sizeof(listing.reason),
		context_option(context, OPTION_REASON, NULL));
	return add_listing(context, &listing);
}

/* Names what is listed around a network that is not listed itself. */
static enum status say_not_listed(const struct context *context)
{
	char other[NETWORK_TEXT_SIZE], buffer[512];
	struct text text = TEXT_OVER(buffer);
	struct listing related[NEIGHBOURS + 1];
	size_t count;
	int err = listings_find_related(
		context->ops, &context->network, clock_now(), related, NEIGHBOURS + 1, &count);

	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	if (limits_test_entry(&context->network, &text))
		return fail(STATUS_USAGE, "%s", buffer);
	if (count == 0)
		return fail(STATUS_NO,
			"%s is not listed on %s, and no network around or in it is listed",
			context->operand, context->list.name);
	for (size_t i = 0; i < count && i < NEIGHBOURS; i++) {
		network_format(&related[i].network, other);
		text_add_format(&text, "%s %s on %s", i == 0 ? "" : ",", other, related[i].list);
	}
	return fail(STATUS_NO, "%s is not listed on %s; related listings:%s%s", context->operand,
		context->list.name, buffer, count > NEIGHBOURS ? " and more" : "");
}

static enum status run_remove(struct context *context)
{
	struct change change =
		context_change(context, "remove", context_option(context, OPTION_WHY, NULL));
	int err = listings_end(context->ops, context->list.id, &context->network, &change);

	if (err == ERR_NOT_FOUND)
		return say_not_listed(context);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	context_say_done(context, context->list.name, "removed", "is removed from");
	return STATUS_DONE;
}

const struct command command_add = {
	.name = "add",
	.summary = "list one address or network, with evidence",
	.forms = {{"add NETWORK --reason TEXT (--evidence FILE | --note TEXT)",
		.operand = OPERAND_NETWORK, .opens = CHANGES_OPS | FINDS_LIST,
		.text = OPTION_REASON, .run = run_add}},
	.example = "opsctl add 198.18.7.9 --reason \"open HTTP proxy on port 3128\" --evidence "
		   "spam.eml",
	.notes = "NETWORK is an IPv4 or IPv6 address, or a network in CIDR notation. A change "
		 "takes effect\n"
		 "at the next connection.",
	.options = {{OPTION_REASON, "TEXT", "the reason that the refused client is told"},
		{OPTION_EVIDENCE, "FILE",
			"a spam copy or transcript, up to 1 MiB; - reads standard input"},
		{OPTION_NOTE, "TEXT", "the evidence as text"},
		{OPTION_LIST, "NAME", "the list (default ops)"},
		{OPTION_EXPIRES, "TIME", "90d, never, or a date (default: the list's setting)"},
		{OPTION_FORCE, NULL, "also list reserved, own and too wide networks"}},
};

const struct command command_remove = {
	.name = "remove",
	.summary = "end a listing and keep its record",
	.forms = {{"remove NETWORK --why TEXT [--list ops]", .operand = OPERAND_NETWORK,
		.opens = CHANGES_OPS | FINDS_LIST, .text = OPTION_WHY, .run = run_remove}},
	.example = "opsctl remove 198.18.7.9 --why \"proxy closed, tested today\"",
	.options = {{OPTION_WHY, "TEXT", "the reason, for the history"},
		{OPTION_LIST, "NAME", "the list (default ops)"}},
};
