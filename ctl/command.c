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

	for (const struct form *form = command->forms; form->usage != NULL; form++) {
		printf("%sopsctl %s\n", lead, form->usage);
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

static bool takes_options(const struct command *command, const struct options *options)
{
	for (unsigned id = 0; id < OPTION_COUNT; id++) {
		if (options->values[id] == NULL || takes_option(command, id))
			continue;
		say_error("--%s is not an option of %s; see \"opsctl %s --help\"", option_name(id),
			command->name, command->name);
		return false;
	}
	return true;
}

/* The form that begins with a word, or one that begins with none. */
static const struct form *find_form(const struct command *command, const char *word)
{
	const struct form *plain = NULL;

	for (const struct form *form = command->forms; form->usage != NULL; form++) {
		if (form->verb != NULL && word != NULL && strcmp(form->verb, word) == 0)
			return form;
		if (form->verb == NULL && plain == NULL)
			plain = form;
	}
	return plain;
}

const struct form *command_find_form(const struct command *command, const struct options *options)
{
	const char *first = options->operand_count > 0 ? options->operands[0] : NULL;
	const struct form *form = find_form(command, first);
	size_t least = (form->verb != NULL) + (form->operand != OPERAND_NONE && !form->optional);
	size_t most = (form->verb != NULL) + (form->operand != OPERAND_NONE) + form->more;

	if (!takes_options(command, options))
		return NULL;
	if (options->operand_count >= least && options->operand_count <= most)
		return form;
	if (options->operand_count < least)
		say_error("missing argument; usage: opsctl %s", form->usage);
	else
		say_error("unexpected argument \"%s\"; see \"opsctl %s --help\"",
			options->operands[most], command->name);
	return NULL;
}
