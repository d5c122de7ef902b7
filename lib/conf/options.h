/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_OPTIONS_H
#define CONF_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/network.h"

struct text;

/* What an option's value is, and the type of its field in struct conf. */
enum option_type {
	OPTION_STRING,   /* char * */
	OPTION_NUMBER,   /* long, from min to max */
	OPTION_MODE,     /* long, written in octal */
	OPTION_BOOL,     /* bool */
	OPTION_CHOICE,   /* an enum: the index of the value in `choices` */
	OPTION_STRINGS,  /* char ** and a size_t */
	OPTION_NETWORKS, /* struct network * and a size_t */
};

/*
 * Checks a string, or each string of a list: ERR_NONE, or an error with what is wrong and what
 * would be right in why_r.
 */
typedef int option_check(const char *value, struct text *why_r);

/* One option of opsmilter.conf. Its name, type, default and rule are nowhere else. */
struct option {
	const char *section; /* NULL: outside all sections */
	const char *name;
	enum option_type type;
	const char *default_value; /* as in the file; lists with their braces */
	size_t offset;             /* of its field in struct conf */
	size_t count_offset;       /* of a list's count */
	option_check *check;       /* NULL: any value */
	long min, max;
	const char *const *choices; /* NULL at the end */
	const char *fixed_in; /* the section of the program in which a change takes effect only
			       * after a restart; NULL: a reload is enough everywhere */
};

/* The options in the order of the manual page, those of a section together; the last has no name.
 */
extern const struct option options[];

#define OPTIONS_MAX 48

struct conf;

/* Adds "milter.socket", for messages. */
void option_add_name(const struct option *option, struct text *text);

/* Whether an option with fixed_in differs: a string, a number, a mode or a list of strings. */
bool option_differs(const struct option *option, const struct conf *a, const struct conf *b);

#endif
