/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Lines for people, on standard output and standard error. */

enum colour { COLOUR_PLAIN, COLOUR_BOLD, COLOUR_DIM, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN };

/* A line of prose on standard output, for people. Control characters become '?'. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Like say(), in colour on a terminal. */
void say_colour(enum colour colour, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The sequences that switch a colour on and off; "" if not on a terminal or NO_COLOR is set. */
const char *colour_on(enum colour colour);
const char *colour_off(enum colour colour);

/* One line on standard error, "opsctl: …". Control characters become '?'. */
void say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Exit statuses, for scripts. */
enum status {
	STATUS_DONE = 0,
	STATUS_NO = 1,     /* the command's own "no": not listed, nothing found */
	STATUS_USAGE = 2,  /* wrong arguments or configuration */
	STATUS_FAILED = 3, /* a failure at run time; nothing is left half done */
};

/* Like say_error(). Returns the status, for the end of a command: return fail(STATUS_NO, ...). */
enum status fail(enum status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reports a file that cannot be read: STATUS_USAGE if that is due to its name or mode. */
enum status fail_to_read(const char *path, int error);

/* "listing" or "listings": the noun for a count, in English. */
const char *plural(int64_t count, const char *one, const char *many);

/* Whether standard output has had no error so far; cheap. */
bool output_works(void);

/*
 * Whether all output was written. If not, an error is printed, except for a reader that closed the
 * pipe (as head does), which is not a failure.
 */
bool output_finish(void);

#endif
