/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl history: everything recorded about an address. */
#include "store/history.h"

#include "base/clock.h"
#include "base/err.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"

static const struct column columns[] = {
	{"at", "AT", COLUMN_TIME, AT(struct history_event, at)},
	{"what", "WHAT", COLUMN_TEXT, AT(struct history_event, what)},
	{"network", "NETWORK", COLUMN_NETWORK, AT(struct history_event, network)},
	{"list", "LIST", COLUMN_OPTIONAL, AT(struct history_event, list)},
	{"who", "BY", COLUMN_TEXT, AT(struct history_event, who)},
	{"evidence", "EVIDENCE", COLUMN_ID, AT(struct history_event, evidence_id)},
	{"why", "WHY", COLUMN_TEXT, AT(struct history_event, why)},
};

static void add_row(void *table, const struct history_event *event)
{
	table_add(table, event);
}

static enum status run(struct context *context)
{
	struct table *table = table_new(COLUMNS(columns), context_json(context));
	int err = history_each(context->ops, &context->addr, clock_now(), add_row, table);

	if (err == ERR_NONE && table_rows(table) == 0 && !context_json(context))
		say("nothing is recorded about %s", context->operand);
	table_end(&table, NULL);
	return context_status(context->ops, err);
}

const struct command command_history = {
	.name = "history",
	.summary = "show everything recorded about an address, with who and why",
	.forms = {{"history IP", .operand = OPERAND_ADDR, .opens = READS_OPS, .run = run}},
	.example = "opsctl history 198.18.7.9",
	.notes = "Includes listings and exemptions of the networks that contain the address.",
};
