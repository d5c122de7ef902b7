/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl requests: shows and decides removal requests and nominations. */
#include "store/requests.h"

#include "base/clock.h"
#include "base/err.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"

static const char *kind_of(const void *row)
{
	return request_kind_name(((const struct request *)row)->kind);
}

static const char *state_of(const void *row)
{
	return request_state_name(((const struct request *)row)->state);
}

static enum colour colour_of(const void *row)
{
	const struct request *request = row;

	return request->state == REQUEST_REVIEW ? COLOUR_YELLOW : COLOUR_PLAIN;
}

static const char *visitor_of(const void *row)
{
	static char text[ADDR_TEXT_SIZE];
	const struct request *request = row;

	addr_format(&request->filed_from, text);
	return request->from_visitor ? text : NULL;
}

static const struct column columns[] = {
	{"id", "NO.", COLUMN_NUMBER, AT(struct request, id)},
	{"kind", "KIND", COLUMN_CALL, CALL(kind_of)},
	{"ip", "IP", COLUMN_ADDR, AT(struct request, address)},
	{"list", "LIST", COLUMN_CHARS, AT(struct request, list)},
	{"state", "STATE", COLUMN_CALL, CALL(state_of), .colour = colour_of},
	{"requested_at", "FILED", COLUMN_TIME, AT(struct request, requested_at)},
	{"by", "BY", COLUMN_CHARS, AT(struct request, filed_by)},
	{"from", NULL, COLUMN_CALL, CALL(visitor_of), .single = true},
	{"contact", NULL, COLUMN_CHARS, AT(struct request, contact), .single = true},
	{"note", NULL, COLUMN_CHARS, AT(struct request, note), .single = true},
	{"evidence", NULL, COLUMN_ID, AT(struct request, evidence_id), .single = true},
	{"tests", NULL, COLUMN_INT, AT(struct request, tests), .single = true},
	{"test_began_at", NULL, COLUMN_TIME, AT(struct request, test_began_at), .single = true},
	{"verdict", "VERDICT", COLUMN_CHARS, AT(struct request, verdict)},
	{"next_test_at", NULL, COLUMN_TIME, AT(struct request, next_test_at)},
	{"decided_at", NULL, COLUMN_TIME, AT(struct request, decided_at)},
	{"decided_by", NULL, COLUMN_CHARS, AT(struct request, decided_by)},
	{"why", "WHY", COLUMN_CHARS, AT(struct request, why)},
};

static void add_row(void *table, const struct request *request)
{
	table_add(table, request);
}

static const struct column repeated_columns[] = {
	{"repeated_at", "ASKED AGAIN", COLUMN_TIME, AT(struct repeated_request, filed_at)},
	{"from", "FROM", COLUMN_TEXT, AT(struct repeated_request, filed_from)},
	{"contact", "CONTACT", COLUMN_TEXT, AT(struct repeated_request, contact)},
	{"note", "NOTE", COLUMN_TEXT, AT(struct repeated_request, note)},
};

static void add_repeated(void *table, const struct repeated_request *repeated)
{
	table_add(table, repeated);
}

static enum status show_all(struct context *context)
{
	struct table *table = table_new(COLUMNS(columns), context_json(context));
	int err = requests_each_undecided(context->ops, add_row, table);

	table_end(&table, err == ERR_NONE ? "no undecided requests" : NULL);
	return context_status(context->ops, err);
}

static enum status no_such_request(const char *id)
{
	return fail(STATUS_NO, "no request %s; \"opsctl requests\" shows the undecided ones", id);
}

/* By its number, or by the token in the link that a visitor has. */
static int find_request(struct context *context, struct request *request_r)
{
	if (context->number == 0)
		return requests_find_token(context->ops, context->words[0], request_r);
	return requests_get(context->ops, context->number, request_r);
}

static enum status show_one(struct context *context)
{
	struct request request;
	int err = find_request(context, &request);

	if (err == ERR_NOT_FOUND)
		return no_such_request(context->words[0]);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	table_print_one(COLUMNS(columns), &request, context_json(context));
	struct table *table = table_new(COLUMNS(repeated_columns), context_json(context));
	err = requests_each_repeated(context->ops, request.id, add_repeated, table);
	table_end(&table, NULL);
	return context_status(context->ops, err);
}

static void say_decided(const struct context *context, const struct request *request)
{
	char ip[ADDR_TEXT_SIZE];

	if (context_json(context)) {
		table_print_one(COLUMNS(columns), request, true);
		return;
	}
	addr_format(&request->address, ip);
	if (request->kind == REQUEST_NOMINATION)
		say(request->state == REQUEST_DENIED ? "the nomination of %s is dropped"
						     : "%s will be tested",
			ip);
	else if (request->state == REQUEST_GRANTED)
		say("%s is removed from list %s", ip, request->list);
	else
		say("%s stays on list %s", ip, request->list);
}

static enum status decide(struct context *context)
{
	const char *why = context_option(context, OPTION_WHY, NULL);
	bool remove = option_given(&context->options, OPTION_REMOVE);
	struct request request;

	if (remove == option_given(&context->options, OPTION_KEEP))
		return fail(STATUS_USAGE, "give either --remove or --keep");
	int err = find_request(context, &request);
	int64_t id = request.id;
	if (err == ERR_NONE)
		err = requests_decide(context->ops, id,
			request.kind == REQUEST_NOMINATION ? !remove : remove, context->who, why,
			clock_now());
	if (err == ERR_NOT_FOUND)
		return no_such_request(context->words[0]);
	if (err == ERR_EXISTS)
		return fail(STATUS_NO, "request %lld is already decided: %s by %s", (long long)id,
			request_state_name(request.state), request.decided_by);
	if (err == ERR_REFUSED)
		return fail(STATUS_NO,
			"the address is listed as part of a network; end that listing "
			"first with \"opsctl remove NETWORK\", or use --keep");
	if (err == ERR_NONE)
		err = requests_get(context->ops, id, &request);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	say_decided(context, &request);
	return STATUS_DONE;
}

const struct command command_requests = {
	.name = "requests",
	.summary = "show or decide removal requests and nominations",
	.forms = {{"requests", .opens = READS_OPS, .run = show_all},
		{"requests show N", "show", OPERAND_REQUEST, .opens = READS_OPS, .run = show_one},
		{"requests decide N --remove|--keep --why TEXT", "decide", OPERAND_REQUEST,
			.opens = CHANGES_OPS, .text = OPTION_WHY, .run = decide}},
	.example = "opsctl requests decide 17 --remove --why 'talked to the owner'",
	.notes = "Without arguments, shows undecided requests, oldest first. A test decides most "
		 "of them;\nthose in state review wait for you. --keep of a nomination has its "
		 "address tested.",
	.options = {{OPTION_REMOVE, NULL, "remove the address from the list; drop a nomination"},
		{OPTION_KEEP, NULL, "keep the listing; confirm a nomination"},
		{OPTION_WHY, "TEXT", "the reason, for the requester and the history"}},
};
