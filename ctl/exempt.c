/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl exempt: adds, removes and shows exemptions. */
#include <string.h>

#include "base/err.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"
#include "store/exemptions.h"

static enum status add(struct context *context, const struct network *network, const char *text)
{
	const char *why = context_option(context, OPTION_WHY, NULL);
	struct change change = context_change(context, "exempt add", why);

	if (context_check_why(context) != STATUS_DONE)
		return STATUS_USAGE;
	int err = exemptions_add(context->ops, network, &change);
	if (err == ERR_EXISTS) {
		say_error("%s is already exempt", text);
		return STATUS_NO;
	}
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	db_checkpoint(context->ops);
	context_say_done(context, text, NULL, "exempt", "is exempt");
	return STATUS_DONE;
}

static enum status end(struct context *context, const struct network *network, const char *text)
{
	struct change change =
		context_change(context, "exempt remove", context_option(context, OPTION_WHY, ""));
	int err = exemptions_end(context->ops, network, &change);

	if (err == ERR_NOT_FOUND) {
		say_error("%s is not exempt; \"opsctl exempt\" shows the exempt networks", text);
		return STATUS_NO;
	}
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	db_checkpoint(context->ops);
	context_say_done(context, text, NULL, "not exempt", "is no longer exempt");
	return STATUS_DONE;
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
	enum status status = context_open_ops(context, false);

	if (status != STATUS_DONE)
		return status;
	struct table *table =
		table_new(columns, sizeof(columns) / sizeof(columns[0]), context_json(context));
	int err = exemptions_each(context->ops, add_row, table);
	table_end(&table, err == ERR_NONE ? "no exempt networks" : NULL);
	return err == ERR_NONE ? STATUS_DONE : context_failed(context->ops, err);
}

static enum status run(struct context *context)
{
	const struct options *options = &context->options;
	char text[NETWORK_TEXT_SIZE];
	struct network network;

	if (options->operand_count == 0)
		return show(context);
	bool is_add = strcmp(options->operands[0], "add") == 0;
	if (options->operand_count < 2 ||
		(!is_add && strcmp(options->operands[0], "remove") != 0)) {
		say_error("exempt \"%s\": expected add NETWORK, remove NETWORK or no argument",
			options->operands[0]);
		return STATUS_USAGE;
	}
	if (context_read_network(options->operands[1], &network) != STATUS_DONE)
		return STATUS_USAGE;
	enum status status = context_open_ops(context, true);
	if (status != STATUS_DONE)
		return status;
	network_format(&network, text);
	return is_add ? add(context, &network, text) : end(context, &network, text);
}

const struct command command_exempt = {
	.name = "exempt",
	.summary = "exempt networks from refusal, or show the exempt ones",
	.forms = (const char *const[]){"exempt", "exempt add NETWORK --why TEXT",
		"exempt remove NETWORK [--why TEXT]", NULL},
	.example = "opsctl exempt add 198.18.0.0/24 --why \"partner, shared outgoing servers\"",
	.options = {{OPTION_WHY, "TEXT", "the reason, for the history"}},
	.max_operands = 2,
	.run = run,
};
