/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_OPTIONS_H
#define CTL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* Every option that some command takes. The first ones are for all. */
enum option_id {
	OPTION_CONFIG,
	OPTION_CHECK,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_JSON,
	OPTION_BY,
	OPTION_FOR_ALL, /* how many of them are for all commands */

	OPTION_LIST = OPTION_FOR_ALL,
	OPTION_REASON,
	OPTION_EVIDENCE,
	OPTION_NOTE,
	OPTION_EXPIRES,
	OPTION_WHY,
	OPTION_FORCE,
	OPTION_FORMAT,
	OPTION_REPLACE,
	OPTION_SKIP_BAD,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_REF,
	OPTION_LIMIT,
	OPTION_HITS,
	OPTION_SPAM,
	OPTION_CONFIRM,
	OPTION_REMOVE,
	OPTION_KEEP,
	OPTION_YES,
	OPTION_COUNT
};

/* What was typed. Strings are those of argv. */
struct options {
	const char *values[OPTION_COUNT]; /* NULL: not given; a switch that was given is "" */
	const char *command;              /* NULL: none */
	char **operands;                  /* what follows the command, without options */
	size_t operand_count;
};

/*
 * Separates argv into options and operands, in any order; "--" ends the options. False after an
 * error was printed. The operands are moved to the end of argv.
 */
bool options_parse(int argc, char **argv, struct options *options_r);

/* "config", without its dashes. */
const char *option_name(enum option_id id);

/* 'c' of "-c"; 0 if the option has no letter. */
char option_letter(enum option_id id);

static inline bool option_given(const struct options *options, enum option_id id)
{
	return options->values[id] != NULL;
}

#endif
