/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl: the table of commands; parses the command line and runs one. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/command.h"
#include "ctl/context.h"
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

static const struct command *find_command(const char *name)
{
	for (unsigned i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static void print_help(void)
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

/* --help, or an error for a missing or unknown command. */
static enum status run_without_command(const struct options *options)
{
	if (option_given(options, OPTION_HELP)) {
		print_help();
		return STATUS_DONE;
	}
	if (options->command == NULL)
		return fail(STATUS_USAGE, "missing command; \"opsctl --help\" lists the commands");
	return fail(STATUS_USAGE, "unknown command \"%s\"; \"opsctl --help\" lists the commands",
		options->command);
}

static enum status check_configuration(struct context *context)
{
	enum status status = context_begin(context);

	if (status == STATUS_DONE)
		say("%s: configuration is valid", context->conf_path);
	context_end(context, status);
	return status;
}

static enum status run_command(struct context *context)
{
	if (option_given(&context->options, OPTION_HELP)) {
		command_print_help(context->command);
		return STATUS_DONE;
	}
	context->form = command_find_form(context->command, &context->options);
	if (context->form == NULL)
		return STATUS_USAGE;
	enum status status = context_begin(context);
	if (status == STATUS_DONE)
		status = context_prepare(context);
	if (status == STATUS_DONE)
		status = context->form->run(context);
	context_end(context, status);
	return status;
}

static enum status run(struct context *context)
{
	const struct options *options = &context->options;

	if (option_given(options, OPTION_VERSION)) {
		puts("opsctl (opsmilter) " PACKAGE_VERSION);
		return STATUS_DONE;
	}
	if (options->command != NULL)
		context->command = find_command(options->command);
	if (option_given(options, OPTION_CHECK) &&
		(context->command != NULL || options->command == NULL))
		return check_configuration(context);
	return context->command == NULL ? run_without_command(options) : run_command(context);
}

int main(int argc, char **argv)
{
	static struct context context;

	/* The group of the databases must be able to write them. */
	umask(0007);
	/* A closed pipe must fail the write, not kill the program in the middle of a change. */
	signal(SIGPIPE, SIG_IGN);
	if (!options_parse(argc, argv, &context.options))
		return STATUS_USAGE;
	enum status status = run(&context);
	if (!output_finish() && status == STATUS_DONE)
		return STATUS_FAILED;
	return status;
}
