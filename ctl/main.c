/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl: parses the command line and runs a command. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "ctl/commands.h"
#include "ctl/context.h"
#include "ctl/output.h"

/* --help, or an error for a missing or unknown command. */
static enum status run_without_command(const struct options *options)
{
	if (option_given(options, OPTION_HELP)) {
		commands_print_all();
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
		context->command = commands_find(options->command);
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
	/* getopt_long() prefixes its messages with this name. */
	argv[0] = (char[]){"opsctl"};
	if (!options_parse(argc, argv, &context.options))
		return STATUS_USAGE;
	enum status status = run(&context);
	if (!output_finish() && status == STATUS_DONE)
		return STATUS_FAILED;
	return status;
}
