/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * What people read: aligned tables, or with --json one JSON object a line. Strings from outside may
 * be given as they are: what is written has no control characters and, as JSON, is UTF-8.
 */

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_TIME };

struct column {
	const char *key;   /* the member's name in JSON */
	const char *title; /* the heading; NULL: in JSON only */
	enum column_kind kind;
};

enum colour { COLOUR_PLAIN, COLOUR_BOLD, COLOUR_DIM, COLOUR_RED, COLOUR_YELLOW, COLOUR_GREEN };

/* Rows of the same columns. Times are UTC; CLOCK_NEVER is "never", in JSON null. */
struct table;

/* columns must outlive the table. Never NULL: a program that cannot say anything ends (status 3).
 */
struct table *table_new(const struct column *columns, size_t count, bool json);

/* The next cell of the row, by the kind of its column; after the last, the next row begins. */
void table_add_text(struct table *table, const char *value); /* NULL: empty, in JSON null */
void table_add_number(struct table *table, int64_t value);
void table_add_time(struct table *table, int64_t value);

/* The colour of the next cell, on a terminal. */
void table_colour(struct table *table, enum colour colour);

/* Writes what has not been written yet, and frees the table. */
void table_end(struct table **table);

size_t table_rows(const struct table *table);

/* A line of prose on standard output, for people. Control characters become '?'. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As say(), in a colour where the output is a terminal. */
void say_colour(enum colour colour, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What switches a colour on and off: "" where the output is no terminal or NO_COLOR is set. */
const char *colour_on(enum colour colour);
const char *colour_off(enum colour colour);

/* One line on standard error, "opsctl: …". Control characters become '?'. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "listing" or "listings": the noun for a count, in English. */
const char *plural(int64_t count, const char *one, const char *many);

/* Whether what was written to standard output so far can have got there; cheap. */
bool output_works(void);

/*
 * Whether all that was written to standard output has got there; complains when not, but for a
 * reader that went away (as head does), which is no failure.
 */
bool output_finish(void);

#endif
