/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/options.h"
#include "ctl/output.h"

struct context;

/* How an option is used in one command. */
struct command_option {
	enum option_id id;
	const char *value; /* what its value is called in the help ("TEXT"); NULL for a switch */
	const char *help;  /* one line */
};

/* What the operand of a form is, and where the context has its value. */
enum operand {
	OPERAND_NONE,
	OPERAND_WORD,     /* a file, or a name: words[0] */
	OPERAND_ADDR,     /* addr */
	OPERAND_NETWORK,  /* network */
	OPERAND_EVIDENCE, /* number */
	OPERAND_REQUEST,  /* number */
};

/* What is opened before a form runs, and closed after it. */
enum { READS_OPS = 1, CHANGES_OPS = 2, READS_HITS = 4, FINDS_LIST = 8 /* that of --list */ };

/* One way to type a command. What is missing or wrong of this is reported before it runs. */
struct form {
	const char *usage;    /* after "opsctl ", for the help */
	const char *verb;     /* the first word: "add" of "exempt add NETWORK"; NULL: none */
	enum operand operand; /* the word after it */
	bool optional;        /* there may be no operand */
	unsigned more;        /* at most this many words after the operand */
	unsigned opens;
	enum option_id text; /* an option that must be given, with a valid reason; 0: none */
	enum status (*run)(struct context *context); /* NULL: the form before it, said otherwise */
};

#define COMMAND_FORMS_MAX 3
#define COMMAND_OPTIONS_MAX 10

/* A command of opsctl. Its file defines one; the table in main.c lists it. */
struct command {
	const char *name;
	const char *summary;                      /* one line of `opsctl --help` */
	struct form forms[COMMAND_FORMS_MAX + 1]; /* a NULL usage at the end */
	const char *example;                      /* a whole line that works */
	const char *notes;                        /* further lines of its help; may be NULL */
	struct command_option options[COMMAND_OPTIONS_MAX + 1]; /* a NULL help at the end */
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

/* The form that was typed; NULL after an error, if the command does not take the options or words.
 */
const struct form *command_find_form(const struct command *command, const struct options *options);

#endif
