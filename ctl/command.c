/* SPDX-License-Identifier: BSD-2-Clause */
/* What a command takes, and the help made from that. */
#include "ctl/command.h"

#include <stdio.h>
#include <string.h>

#include "ctl/output.h"

void command_print_options(const char *title, const struct command_option *options)
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

void command_print_help(const struct command *command)
{
	const char *lead = "Usage: ";

	for (const char *const *form = command->forms; *form != NULL; form++) {
		printf("%sopsctl %s\n", lead, *form);
		lead = "       ";
	}
	printf("%s\n", command->summary);
	command_print_options("Options", command->options);
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
