/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl exempt: adds, removes and shows exemptions. */
#include "base/err.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"
#include "store/exemptions.h"

/* Reports what was done, or why the database did not do it. */
static enum status end(struct context *context, int err, const char *state, const char *sentence)
{
	if (err == ERR_EXISTS)
		return fail(STATUS_NO, "%s is already exempt", context->operand);
	if (err == ERR_NOT_FOUND)
		return fail(STATUS_NO,
			"%s is not exempt; \"opsctl exempt\" shows the exempt networks",
			context->operand);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	context_say_done(context, NULL, state, sentence);
	return STATUS_DONE;
}

static enum status add(struct context *context)
{
	struct change change =
		context_change(context, "exempt add", context_option(context, OPTION_WHY, NULL));

	return end(context, exemptions_add(context->ops, &context->network, &change), "exempt",
		"is exempt");
}

static enum status remove_one(struct context *context)
{
	struct change change =
		context_change(context, "exempt remove", context_option(context, OPTION_WHY, ""));

	return end(context, exemptions_end(context->ops, &context->network, &change), "not exempt",
		"is no longer exempt");
}

static const struct column columns[] = {
	{"network", "NETWORK", COLUMN_NETWORK, AT(struct exemption, network)},
	{"since", "SINCE", COLUMN_TIME, AT(struct exemption, at)},
	{"who", "BY", COLUMN_TEXT, AT(struct exemption, who)},
	{"why", "WHY", COLUMN_TEXT, AT(struct exemption, why)},
};

static void add_row(void *table, const struct exemption *exemption)
{
	table_add(table, exemption);
}

static enum status show(struct context *context)
{
	struct table *table = table_new(COLUMNS(columns), context_json(context));
	int err = exemptions_each(context->ops, add_row, table);

	table_end(&table, err == ERR_NONE ? "no exempt networks" : NULL);
	return context_status(context->ops, err);
}

const struct command command_exempt = {
	.name = "exempt",
	.summary = "exempt networks from refusal, or show the exempt ones",
	.forms = {{"exempt", .opens = READS_OPS, .run = show},
		{"exempt add NETWORK --why TEXT", "add", OPERAND_NETWORK, .opens = CHANGES_OPS,
			.text = OPTION_WHY, .run = add},
		{"exempt remove NETWORK [--why TEXT]", "remove", OPERAND_NETWORK,
			.opens = CHANGES_OPS, .run = remove_one}},
	.example = "opsctl exempt add 198.18.0.0/24 --why \"partner, shared outgoing servers\"",
	.options = {{OPTION_WHY, "TEXT", "the reason, for the history"}},
};
