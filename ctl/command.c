/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of commands, and the help made from it. */
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

#include "ctl/output.h"

/* All commands, in the order of `opsctl --help`. Related commands are next to each other. */
static const struct command *const commands[] = {
	&command_init,
	&command_list,
	&command_add,
	&command_remove,
	&command_exempt,
	&command_import,
	&command_export,
	&command_lookup,
	&command_evidence,
	&command_history,
	&command_nominate,
	&command_requests,
	&command_hits,
	&command_report,
	&command_purge,
	&command_check,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static const struct command_option options_for_all[] = {
	{OPTION_CONFIG, "FILE", "configuration (default " SYSCONFDIR "/opsmilter.conf)"},
	{OPTION_JSON, NULL, "print one JSON object per line instead of tables"},
	{OPTION_BY, "WHO", "the name to record with a change (default: the login name)"},
	{OPTION_CHECK, NULL, "check the configuration and exit"},
	{OPTION_VERSION, NULL, "print the version and exit"},
	{OPTION_HELP, NULL, "print this help, or that of COMMAND, and exit"},
	{0, NULL, NULL},
};

const struct command *command_find(const char *name)
{
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static void print_options(const char *title, const struct command_option *options)
{
	char spelling[64], letter[5];

	if (options->help == NULL)
		return;
	printf("\n%s:\n", title);
	for (; options->help != NULL; options++) {
		snprintf(letter, sizeof(letter), "-%c, ", option_letter(options->id));
		snprintf(spelling, sizeof(spelling), "%s--%s%s%s",
			option_letter(options->id) != '\0' ? letter : "    ",
			option_name(options->id), options->value != NULL ? " " : "",
			options->value != NULL ? options->value : "");
		printf("  %-24s  %s\n", spelling, options->help);
	}
}

void command_print_all(void)
{
	puts("Usage: opsctl [-c FILE] [--json] COMMAND ...\n"
	     "The administrator's tool of opsmilter.\n\n"
	     "Commands:");
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	print_options("Options for all commands", options_for_all);
	puts("\n\"opsctl COMMAND --help\" shows the help of one command. Exit status: 0 success,\n"
	     "1 no (for example, not listed), 2 usage or configuration error, 3 failure.");
}

void command_print_help(const struct command *command)
{
	const char *lead = "Usage: ";

	for (const char *const *form = command->forms; *form != NULL; form++) {
		printf("%sopsctl %s\n", lead, *form);
		lead = "       ";
	}
	printf("%s\n", command->summary);
	print_options("Options", command->options);
	if (command->notes != NULL)
		printf("\n%s\n", command->notes);
	printf("\nExample:\n  %s\n\n\"opsctl --help\" shows the options for all commands.\n",
		command->example);
}

static bool takes_option(const struct command *command, enum option_id id)
{
	for (const struct command_option *option = command->options; option->help != NULL;
		option++) {
		if (option->id == id)
			return true;
	}
	return id < OPTION_FOR_ALL;
}

bool command_takes(const struct command *command, const struct options *options)
{
	for (unsigned id = 0; id < OPTION_COUNT; id++) {
		if (options->values[id] != NULL && !takes_option(command, id)) {
			say_error("--%s is not an option of %s; see \"opsctl %s --help\"",
				option_name(id), command->name, command->name);
			return false;
		}
	}
	if (options->operand_count < command->min_operands) {
		say_error("missing argument; usage: opsctl %s", command->forms[0]);
		return false;
	}
	if (options->operand_count > command->max_operands) {
		say_error("unexpected argument \"%s\"; usage: opsctl %s",
			options->operands[command->max_operands], command->forms[0]);
		return false;
	}
	return true;
}
