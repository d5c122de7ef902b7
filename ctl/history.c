/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl history: everything recorded about an address. */
#include "store/history.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"

static const struct column columns[] = {
	{"at", "AT", COLUMN_TIME},
	{"what", "WHAT", COLUMN_TEXT},
	{"network", "NETWORK", COLUMN_TEXT},
	{"list", "LIST", COLUMN_TEXT},
	{"who", "BY", COLUMN_TEXT},
	{"evidence", "EVIDENCE", COLUMN_TEXT},
	{"why", "WHY", COLUMN_TEXT},
};

static void add_row(void *table, const struct history_event *event)
{
	char network[NETWORK_TEXT_SIZE], evidence[24];

	network_format(&event->network, network);
	snprintf(evidence, sizeof(evidence), "%lld", (long long)event->evidence_id);
	table_add_time(table, event->at);
	table_add_text(table, event->what);
	table_add_text(table, network);
	table_add_text(table, event->list[0] != '\0' ? event->list : NULL);
	table_add_text(table, event->who);
	table_add_text(table, event->evidence_id != 0 ? evidence : NULL);
	table_add_text(table, event->why);
}

static void write_event(void *context, const struct history_event *event)
{
	struct json *json = context;
	char network[NETWORK_TEXT_SIZE];

	network_format(&event->network, network);
	json_open(json, NULL, '{');
	json_time(json, "at", event->at);
	json_text(json, "what", event->what);
	json_text(json, "network", network);
	json_text(json, "list", event->list[0] != '\0' ? event->list : NULL);
	json_text(json, "who", event->who);
	if (event->evidence_id != 0)
		json_number(json, "evidence", event->evidence_id);
	else
		json_null(json, "evidence");
	json_text(json, "why", event->why);
	json_close(json, '}');
	json_end_line(json);
}

static int show(struct context *context, const struct addr *addr)
{
	struct table *table = table_new(columns, sizeof(columns) / sizeof(columns[0]), false);
	int err = history_each(context->ops, addr, clock_now(), add_row, table);
	char ip[ADDR_TEXT_SIZE];

	addr_format(addr, ip);
	if (err == ERR_NONE && table_rows(table) == 0)
		say("nothing is recorded about %s", ip);
	table_end(&table);
	return err;
}

static enum status run(struct context *context)
{
	struct json json = {.file = stdout};
	struct addr addr;

	if (context_read_addr(context->options.operands[0], &addr) != STATUS_DONE)
		return STATUS_USAGE;
	enum status status = context_open_ops(context, false);
	if (status != STATUS_DONE)
		return status;
	int err = context_json(context)
			  ? history_each(context->ops, &addr, clock_now(), write_event, &json)
			  : show(context, &addr);
	return err == ERR_NONE ? STATUS_DONE : context_failed(context->ops, err);
}

const struct command command_history = {
	.name = "history",
	.summary = "show everything recorded about an address, with who and why",
	.forms = (const char *const[]){"history IP", NULL},
	.example = "opsctl history 198.18.7.9",
	.notes = "Includes listings and exemptions of the networks that contain the address.",
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
