/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/output.h"

/*
 * Rows for people as an aligned table, or with --json one JSON object a row. Strings from outside
 * may be given as they are: the output has no control characters and, as JSON, is UTF-8.
 */

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER, COLUMN_TIME };

struct column {
	const char *key;   /* the member's name in JSON */
	const char *title; /* the heading; NULL: in JSON only */
	enum column_kind kind;
};

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

#endif
