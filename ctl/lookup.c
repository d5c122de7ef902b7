/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl lookup: what the filter does with a client. */
#include "store/lookup.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/conf.h"
#include "core/reply.h"
#include "core/verdict.h"
#include "ctl/context.h"
#include "ctl/hits.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"
#include "store/evidence.h"

/* At most this many of the latest hits are shown. */
#define HITS_SHOWN 5

/* What the filter would do with a client, and why. */
struct finding {
	struct addr addr;
	char ip[ADDR_TEXT_SIZE];
	struct lookup lookup;
	const struct listing *deciding; /* NULL: not listed */
	const char *exempt_by;          /* NULL: nothing exempts it */
	const char *exempt_why;         /* NULL: the configuration does */
	char exempt_network[NETWORK_TEXT_SIZE];
	char reply[1024]; /* what the client or, by a header, its mail would get; empty: nothing */
};

/* What each action means for mail. */
static const struct {
	enum answer answer;
	const char *sentence;
	enum colour colour;
} actions[] = {
	[LIST_LOG] = {ANSWER_ACCEPT, "its mail is accepted and logged", COLOUR_GREEN},
	[LIST_TAG] = {ANSWER_ACCEPT, "its mail is accepted, with a header", COLOUR_YELLOW},
	[LIST_DEFER] = {ANSWER_DEFER, "its mail is deferred", COLOUR_YELLOW},
	[LIST_REFUSE] = {ANSWER_REFUSE, "its mail is refused", COLOUR_RED},
};

static void find_exemption(const struct policy *policy, struct finding *finding)
{
	const struct network *found =
		network_find(policy->exempt_clients, policy->exempt_client_count, &finding->addr);

	if (found == NULL && !finding->lookup.exempt)
		return;
	finding->exempt_by = found != NULL ? "exempt_clients" : "exemptions";
	finding->exempt_why = found != NULL ? NULL : finding->lookup.exempt_why;
	network_format(
		found != NULL ? found : &finding->lookup.exempt_network, finding->exempt_network);
}

/* The reply that the client would get now, with a sample reference: only a hit has a real one. */
static void fill_reply(const struct conf *conf, struct finding *finding)
{
	struct text text = TEXT_OVER(finding->reply);
	struct reply reply = reply_of_answer(actions[finding->deciding->action].answer);
	struct hit hit = {.at = clock_now(), .listing = *finding->deciding};

	hit.client.addr = finding->addr;
	hit_ref_format(1, 0, hit.ref);
	if (finding->deciding->action == LIST_TAG) {
		text_add(&text, "X-OPS-Listed: ");
		reply_tag_header(&hit, &text);
	} else if (reply.code != NULL) {
		reply_fill_template(
			conf->milter.reply, conf->site_url, &hit, REPLY_ROOM, reply.text);
		text_add_format(&text, "%s %s %s", reply.code, reply.status, reply.text);
	}
}

static enum status find(struct context *context, struct finding *finding)
{
	int err = lookup_in(context->ops, &finding->addr, clock_now(), &finding->lookup);

	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	find_exemption(&context->conf->milter.policy, finding);
	if (finding->lookup.count > 0) {
		finding->deciding = verdict_choose(finding->lookup.listings, finding->lookup.count);
		fill_reply(context->conf, finding);
	}
	return STATUS_DONE;
}

static void say_accepted(const struct finding *finding)
{
	say_colour(COLOUR_GREEN, "%s is %s; its mail is accepted.", finding->ip,
		finding->deciding != NULL ? "listed, but exempt" : "not listed");
	if (finding->exempt_why != NULL)
		say_colour(COLOUR_GREEN, "Exempt: %s by \"opsctl exempt\": %s",
			finding->exempt_network, finding->exempt_why);
	else if (finding->exempt_by != NULL)
		say_colour(COLOUR_GREEN, "Exempt: %s by exempt_clients of the configuration",
			finding->exempt_network);
}

static void say_what_is_done(const struct context *context, const struct finding *finding)
{
	const struct listing *listing = finding->deciding;

	if (listing == NULL || finding->exempt_by != NULL) {
		say_accepted(finding);
		return;
	}
	static const char *const commands[] = {
		[STAGE_HELO] = " at HELO", [STAGE_MAIL] = " at MAIL", [STAGE_RCPT] = " at RCPT"};
	bool waits = actions[listing->action].answer != ANSWER_ACCEPT;
	say_colour(actions[listing->action].colour, "%s is listed; %s%s, by list %s.", finding->ip,
		actions[listing->action].sentence,
		waits ? commands[context->conf->milter.policy.reject_at] : "", listing->list);
	if (finding->reply[0] != '\0') {
		puts("");
		say("%s (the reference is a sample; each hit has its own)",
			listing->action == LIST_TAG ? "Header" : "Reply");
		say("  %s", finding->reply);
	}
}

struct listing_row {
	struct listing listing;
	char since[CLOCK_TEXT_SIZE], evidence[256];
};

static const char *action_of(const void *row)
{
	return list_action_name(((const struct listing_row *)row)->listing.action);
}

static enum colour colour_of(const void *row)
{
	return actions[((const struct listing_row *)row)->listing.action].colour;
}

static const struct column listing_columns[] = {
	{"list", "LIST", COLUMN_CHARS, AT(struct listing_row, listing.list)},
	{"action", "ACTION", COLUMN_CALL, CALL(action_of), .colour = colour_of},
	{"network", "NETWORK", COLUMN_NETWORK, AT(struct listing_row, listing.network)},
	{"listed_at", "SINCE", COLUMN_CHARS, AT(struct listing_row, since)},
	{"expires_at", "UNTIL", COLUMN_TIME, AT(struct listing_row, listing.expires_at)},
	{"evidence", "EVIDENCE", COLUMN_CHARS, AT(struct listing_row, evidence)},
	{"reason", "REASON", COLUMN_CHARS, AT(struct listing_row, listing.reason)},
};

static void add_id(void *context, int64_t id)
{
	struct text *ids = context;

	text_add_format(ids, "%s%lld", ids->length > 0 ? " " : "", (long long)id);
}

static int show_listings(struct context *context, const struct finding *finding)
{
	struct table *table = table_new(COLUMNS(listing_columns), false);
	int err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < finding->lookup.count; i++) {
		const struct listing *listing = &finding->lookup.listings[i];
		struct listing_row row = {.listing = *listing, .since = "always"};
		struct text ids = TEXT_OVER(row.evidence);
		if (listing->id != 0)
			clock_format(listing->listed_at, row.since);
		err = evidence_of_listing(context->ops, listing->id, add_id, &ids);
		if (ids.length == 0)
			text_add(&ids, "none");
		table_add(table, &row);
	}
	puts("");
	table_end(&table, NULL);
	return err;
}

static int each_hit(
	struct context *context, const struct finding *finding, hits_take *take, void *taker)
{
	struct network network = network_of_addr(&finding->addr);
	const struct hits_filter filter = {
		.since = INT64_MIN,
		.until = INT64_MAX,
		.network = &network,
		.limit = HITS_SHOWN,
	};

	return hits_each(context->hits, &filter, take, taker);
}

static enum status show(struct context *context, const struct finding *finding)
{
	say_what_is_done(context, finding);
	int err = finding->lookup.count > 0 ? show_listings(context, finding) : ERR_NONE;
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	if (context->hits == NULL)
		return STATUS_DONE;
	struct table *table = hits_new_table(false);
	err = each_hit(context, finding, hits_add_row, table);
	if (table_rows(table) > 0) {
		puts("");
		say("Latest hits (\"opsctl hits %s\" shows more)", finding->ip);
	}
	table_end(&table, NULL);
	return context_status(context->hits, err);
}

static void write_id(void *json, int64_t id)
{
	json_number(json, NULL, id);
}

static int write_listing(struct json *json, struct db *ops, const struct listing *listing)
{
	char network[NETWORK_TEXT_SIZE];

	network_format(&listing->network, network);
	json_open(json, NULL, '{');
	json_text(json, "list", listing->list);
	json_text(json, "action", list_action_name(listing->action));
	json_text(json, "network", network);
	json_text(json, "reason", listing->reason);
	if (listing->id != 0)
		json_time(json, "listed_at", listing->listed_at);
	else
		json_null(json, "listed_at");
	json_time(json, "expires_at", listing->expires_at);
	json_open(json, "evidence", '[');
	int err = evidence_of_listing(ops, listing->id, write_id, json);
	json_close(json, ']');
	json_close(json, '}');
	return err;
}

static void write_exemption(struct json *json, const struct finding *finding)
{
	if (finding->exempt_by == NULL) {
		json_null(json, "exempt");
		return;
	}
	json_open(json, "exempt", '{');
	json_text(json, "by", finding->exempt_by);
	json_text(json, "network", finding->exempt_network);
	json_text(json, "why", finding->exempt_why);
	json_close(json, '}');
}

static void write_hit(void *context, const struct hit_row *hit)
{
	struct json *json = context;

	json_open(json, NULL, '{');
	json_time(json, "at", hit->at);
	json_text(json, "list", hit->list);
	json_text(json, "action", hit->action);
	json_text(json, "mail_from", hit->mail_from);
	json_text(json, "rcpt_to", hit->rcpt_to);
	json_text(json, "ref", hit->ref);
	json_close(json, '}');
}

static void write_action(
	struct json *json, const struct context *context, const struct finding *finding)
{
	bool acts = finding->deciding != NULL && finding->exempt_by == NULL;
	enum stage stage = context->conf->milter.policy.reject_at;

	json_text(json, "action", acts ? list_action_name(finding->deciding->action) : "accept");
	json_text(json, "stage",
		acts && actions[finding->deciding->action].answer != ANSWER_ACCEPT
			? stage_name(stage)
			: NULL);
	write_exemption(json, finding);
	json_text(json, "sample_reply", acts && finding->reply[0] != '\0' ? finding->reply : NULL);
}

static enum status write_all(struct context *context, const struct finding *finding)
{
	struct json json = {.file = stdout};
	int ops_err = ERR_NONE, hits_err = ERR_NONE;

	json_open(&json, NULL, '{');
	json_text(&json, "ip", finding->ip);
	json_bool(&json, "listed", finding->lookup.count > 0);
	write_action(&json, context, finding);
	json_open(&json, "listings", '[');
	for (size_t i = 0; ops_err == ERR_NONE && i < finding->lookup.count; i++)
		ops_err = write_listing(&json, context->ops, &finding->lookup.listings[i]);
	json_close(&json, ']');
	if (context->hits == NULL) {
		json_null(&json, "hits");
	} else {
		json_open(&json, "hits", '[');
		hits_err = each_hit(context, finding, write_hit, &json);
		json_close(&json, ']');
	}
	json_close(&json, '}');
	json_end_line(&json);
	if (ops_err != ERR_NONE)
		return context_failed(context->ops, ops_err);
	return context_status(context->hits, hits_err);
}

static enum status run(struct context *context)
{
	static struct finding finding;

	finding.addr = context->addr;
	addr_format(&finding.addr, finding.ip);
	enum status status = find(context, &finding);
	if (status != STATUS_DONE)
		return status;
	/* The answer does not depend on the hit log; its error has been printed. */
	(void)context_open_hits(context, false);
	status = context_json(context) ? write_all(context, &finding) : show(context, &finding);
	if (status != STATUS_DONE)
		return status;
	return finding.lookup.count > 0 ? STATUS_DONE : STATUS_NO;
}

const struct command command_lookup = {
	.name = "lookup",
	.summary = "show what the filter does with a client, and why",
	.forms = {{"lookup IP", .operand = OPERAND_ADDR, .opens = READS_OPS, .run = run}},
	.example = "opsctl lookup 198.18.7.9",
	.notes = "The exit status is 0 if the address is listed and 1 if not, whether it is exempt "
		 "or not.\n"
		 "127.0.0.2 is on every list, 127.0.0.1 on none.",
};
