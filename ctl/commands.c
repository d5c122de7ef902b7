/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of commands, and "opsctl --help". */
#include "ctl/commands.h"

#include <stdio.h>
#include <string.h>

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

const struct command *commands_find(const char *name)
{
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

void commands_print_all(void)
{
	puts("Usage: opsctl [-c FILE] [--json] COMMAND ...\n"
	     "The administrator's tool of opsmilter.\n\n"
	     "Commands:");
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	command_print_options("Options for all commands", options_for_all);
	puts("\n\"opsctl COMMAND --help\" shows the help of one command. Exit status: 0 success,\n"
	     "1 no (for example, not listed), 2 usage or configuration error, 3 failure.");
}
