/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl requests: shows and decides removal requests and nominations. */
#include "store/requests.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"

static const struct column columns[] = {
	{"id", "NO.", COLUMN_NUMBER},
	{"kind", "KIND", COLUMN_TEXT},
	{"ip", "IP", COLUMN_TEXT},
	{"list", "LIST", COLUMN_TEXT},
	{"state", "STATE", COLUMN_TEXT},
	{"requested_at", "FILED", COLUMN_TIME},
	{"by", "BY", COLUMN_TEXT},
	{"verdict", "VERDICT", COLUMN_TEXT},
	{"next_test_at", NULL, COLUMN_TIME},
	{"decided_at", NULL, COLUMN_TIME},
	{"decided_by", NULL, COLUMN_TEXT},
	{"why", "WHY", COLUMN_TEXT},
};

static const char *or_null(const char *string)
{
	return string[0] != '\0' ? string : NULL;
}

static void add_row(void *table, const struct request *request)
{
	char ip[ADDR_TEXT_SIZE];

	addr_format(&request->address, ip);
	table_add_number(table, request->id);
	table_add_text(table, request_kind_name(request->kind));
	table_add_text(table, ip);
	table_add_text(table, request->list);
	table_colour(table, request->state == REQUEST_REVIEW ? COLOUR_YELLOW : COLOUR_PLAIN);
	table_add_text(table, request_state_name(request->state));
	table_add_time(table, request->requested_at);
	table_add_text(table, request->filed_by);
	table_add_text(table, or_null(request->verdict));
	table_add_time(table, request->next_test_at);
	table_add_time(table, request->decided_at);
	table_add_text(table, or_null(request->decided_by));
	table_add_text(table, or_null(request->why));
}

static enum status show_all(struct context *context)
{
	enum status status = context_open_ops(context, false);

	if (status != STATUS_DONE)
		return status;
	struct table *table =
		table_new(columns, sizeof(columns) / sizeof(columns[0]), context_json(context));
	int err = requests_each_undecided(context->ops, add_row, table);
	if (err == ERR_NONE && table_rows(table) == 0 && !context_json(context))
		say("no undecided requests");
	table_end(&table);
	return err == ERR_NONE ? STATUS_DONE : context_failed(context->ops, err);
}

static void say_time(const char *what, int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	if (time == CLOCK_NEVER)
		return;
	clock_format(time, text);
	say("%s%s", what, text);
}

static void say_text(const char *what, const char *text)
{
	if (text[0] != '\0')
		say("%s%s", what, text);
}

static void show_for_people(const struct request *request)
{
	char ip[ADDR_TEXT_SIZE], from[ADDR_TEXT_SIZE];

	addr_format(&request->address, ip);
	addr_format(&request->filed_from, from);
	say_colour(COLOUR_BOLD, "Request %lld: %s of %s, list %s", (long long)request->id,
		request_kind_name(request->kind), ip, request->list);
	say("State:      %s", request_state_name(request->state));
	say_time("Filed:      ", request->requested_at);
	say("By:         %s%s%s", request->filed_by, request->from_visitor ? ", from " : "",
		request->from_visitor ? from : "");
	say_text("Contact:    ", request->contact);
	say_text("What was done: ", request->note);
	if (request->evidence_id != 0)
		say("Spam copy:  evidence %lld", (long long)request->evidence_id);
	say("Tests:      %d%s", request->tests,
		request->test_began_at != CLOCK_NEVER ? ", one is running" : "");
	say_text("Verdict:    ", request->verdict);
	say_time("Next test:  ", request->next_test_at);
	say_time("Decided:    ", request->decided_at);
	say_text("Decided by: ", request->decided_by);
	say_text("Why:        ", request->why);
}

static void show_json(const struct request *request)
{
	struct json json = {.file = stdout};
	char ip[ADDR_TEXT_SIZE], from[ADDR_TEXT_SIZE];

	addr_format(&request->address, ip);
	addr_format(&request->filed_from, from);
	json_open(&json, NULL, '{');
	json_number(&json, "id", request->id);
	json_text(&json, "kind", request_kind_name(request->kind));
	json_text(&json, "ip", ip);
	json_text(&json, "list", request->list);
	json_text(&json, "state", request_state_name(request->state));
	json_time(&json, "requested_at", request->requested_at);
	json_text(&json, "by", request->filed_by);
	json_text(&json, "from", request->from_visitor ? from : NULL);
	json_text(&json, "contact", or_null(request->contact));
	json_text(&json, "note", or_null(request->note));
	if (request->evidence_id != 0)
		json_number(&json, "evidence", request->evidence_id);
	else
		json_null(&json, "evidence");
	json_number(&json, "tests", request->tests);
	json_time(&json, "test_began_at", request->test_began_at);
	json_text(&json, "verdict", or_null(request->verdict));
	json_time(&json, "next_test_at", request->next_test_at);
	json_time(&json, "decided_at", request->decided_at);
	json_text(&json, "decided_by", or_null(request->decided_by));
	json_text(&json, "why", or_null(request->why));
	json_close(&json, '}');
	json_end_line(&json);
}

/* Reads a request number; prints an error if it is not one. */
static bool read_number(const char *operand, int64_t *id_r)
{
	size_t digits = strspn(operand, "0123456789");

	if (digits == 0 || digits > 18 || operand[digits] != '\0') {
		say_error("\"%s\" is not a request number; \"opsctl requests\" shows the numbers",
			operand);
		return false;
	}
	*id_r = strtoll(operand, NULL, 10);
	return true;
}

static enum status no_such_request(int64_t id)
{
	say_error("no request %lld; \"opsctl requests\" shows the undecided ones", (long long)id);
	return STATUS_NO;
}

static enum status show_one(struct context *context, int64_t id)
{
	struct request request;
	enum status status = context_open_ops(context, false);

	if (status != STATUS_DONE)
		return status;
	int err = requests_get(context->ops, id, &request);
	if (err == ERR_NOT_FOUND)
		return no_such_request(id);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	if (context_json(context))
		show_json(&request);
	else
		show_for_people(&request);
	return STATUS_DONE;
}

static void say_decided(const struct context *context, const struct request *request)
{
	char ip[ADDR_TEXT_SIZE];

	if (context_json(context)) {
		show_json(request);
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

static enum status decide(struct context *context, int64_t id)
{
	const char *why = context_option(context, OPTION_WHY, NULL);
	bool remove = option_given(&context->options, OPTION_REMOVE);
	struct request request;

	if (remove == option_given(&context->options, OPTION_KEEP)) {
		say_error("give either --remove or --keep");
		return STATUS_USAGE;
	}
	if (context_check_why(why) != STATUS_DONE)
		return STATUS_USAGE;
	enum status status = context_open_ops(context, true);
	if (status != STATUS_DONE)
		return status;
	int err = requests_get(context->ops, id, &request);
	if (err == ERR_NONE)
		err = requests_decide(context->ops, id,
			request.kind == REQUEST_NOMINATION ? !remove : remove, context->who, why,
			clock_now());
	if (err == ERR_NOT_FOUND)
		return no_such_request(id);
	if (err == ERR_EXISTS) {
		say_error("request %lld is already decided: %s by %s", (long long)id,
			request_state_name(request.state), request.decided_by);
		return STATUS_NO;
	}
	if (err == ERR_REFUSED) {
		say_error("the address is listed as part of a network; end that listing first with "
			  "\"opsctl remove NETWORK\", or use --keep");
		return STATUS_NO;
	}
	if (err == ERR_NONE)
		err = requests_get(context->ops, id, &request);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	db_checkpoint(context->ops);
	say_decided(context, &request);
	return STATUS_DONE;
}

static enum status run(struct context *context)
{
	const struct options *options = &context->options;
	const char *verb = options->operand_count > 0 ? options->operands[0] : NULL;
	int64_t id;

	if (verb == NULL)
		return show_all(context);
	if (strcmp(verb, "show") != 0 && strcmp(verb, "decide") != 0) {
		say_error("requests: \"%s\" must be show or decide", verb);
		return STATUS_USAGE;
	}
	if (options->operand_count < 2) {
		say_error("requests %s: missing request number", verb);
		return STATUS_USAGE;
	}
	if (!read_number(options->operands[1], &id))
		return STATUS_USAGE;
	return strcmp(verb, "show") == 0 ? show_one(context, id) : decide(context, id);
}

const struct command command_requests = {
	.name = "requests",
	.summary = "show or decide removal requests and nominations",
	.forms = (const char *const[]){"requests", "requests show N",
		"requests decide N --remove|--keep --why TEXT", NULL},
	.example = "opsctl requests decide 17 --remove --why 'talked to the owner'",
	.notes =
		"Without arguments, shows undecided requests, oldest first. A test decides most of "
		"them;\nthose in state review wait for you. --keep of a nomination has its "
		"address tested.",
	.options = {{OPTION_REMOVE, NULL, "remove the address from the list; drop a nomination"},
		{OPTION_KEEP, NULL, "keep the listing; confirm a nomination"},
		{OPTION_WHY, "TEXT", "the reason, for the requester and the history"}},
	.min_operands = 0,
	.max_operands = 2,
	.run = run,
};
