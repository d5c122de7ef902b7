/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/options.h"

struct context;

/* Exit statuses, for scripts. */
enum status {
	STATUS_DONE = 0,
	STATUS_NO = 1,     /* the command's own "no": not listed, nothing found */
	STATUS_USAGE = 2,  /* wrong arguments or configuration */
	STATUS_FAILED = 3, /* a failure at run time; nothing is left half done */
};

/* How an option is used in one command. */
struct command_option {
	enum option_id id;
	const char *value; /* what its value is called in the help ("TEXT"); NULL for a switch */
	const char *help;  /* one line */
};

#define COMMAND_OPTIONS_MAX 10

/* A command of opsctl. Its file defines one; the table in commands.c lists it. */
struct command {
	const char *name;
	const char *summary;      /* one line of `opsctl --help` */
	const char *const *forms; /* how it is typed, after "opsctl "; NULL at the end */
	const char *example;      /* a whole line that works */
	const char *notes;        /* further lines of its help; may be NULL */
	struct command_option options[COMMAND_OPTIONS_MAX + 1]; /* a NULL help at the end */
	unsigned min_operands;
	unsigned max_operands;
	enum status (*run)(struct context *context);
};

extern const struct command command_add, command_check, command_evidence, command_exempt,
	command_export, command_history, command_hits, command_import, command_init, command_list,
	command_lookup, command_nominate, command_purge, command_remove, command_report,
	command_requests;

/* `opsctl COMMAND --help`, to standard output. */
void command_print_help(const struct command *command);

/* A part of a help: the options, up to one without help, below a title. Nothing if there are none.
 */
void command_print_options(const char *title, const struct command_option *options);

/*
 * Whether the command takes the options and operands. If not, an error is printed.
 */
bool command_takes(const struct command *command, const struct options *options);

#endif
