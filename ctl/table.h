/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctl/output.h"

/*
 * Rows as an aligned table for people, or with --json one JSON object per row. One description of
 * the columns serves both. Strings may be unchecked: the output has no control characters and, as
 * JSON, is UTF-8.
 */

/* What the member of a row is. Without a value, the cell is empty, in JSON null. */
enum column_kind {
	COLUMN_TEXT,     /* const char *; NULL: no value */
	COLUMN_OPTIONAL, /* const char *; "": no value */
	COLUMN_CHARS,    /* char[]; "": no value */
	COLUMN_NUMBER,   /* int64_t */
	COLUMN_INT,      /* int */
	COLUMN_ID,       /* int64_t; 0: no value */
	COLUMN_TIME,     /* int64_t, UTC; CLOCK_NEVER: "never", in JSON null */
	COLUMN_ADDR,     /* struct addr */
	COLUMN_NETWORK,  /* struct network */
	COLUMN_CALL,     /* what text() returns; NULL: no value */
};

struct column {
	const char *key;   /* the member's name in JSON; NULL: not in JSON */
	const char *title; /* the heading; NULL: in JSON only */
	enum column_kind kind;
	size_t offset; /* of the member in a row */
	const char *(*text)(const void *row);
	enum colour (*colour)(const void *row); /* on a terminal; NULL: plain */
	bool single;                            /* shown only by table_print_one() */
};

/* Where a column has its value from, in its initialiser. */
#define AT(type, member) .offset = offsetof(type, member)
#define CALL(function) .text = (function)

/* An array of columns, and how many they are: two arguments. */
#define COLUMNS(array) (array), sizeof(array) / sizeof((array)[0])

/* Rows of the same columns. */
struct table;

/* columns must outlive the table. Never NULL: without memory the program ends with status 3. */
struct table *table_new(const struct column *columns, size_t count, bool json);

/* The row is copied. */
void table_add(struct table *table, const void *row);

/* Prints what has not been printed yet, for people `empty` (NULL: nothing) if there are no rows,
 * and frees the table. */
void table_end(struct table **table, const char *empty);

size_t table_rows(const struct table *table);

/* Prints one row as a JSON object or, for people, a field a line with the key as its name. */
void table_print_one(const struct column *columns, size_t count, const void *row, bool json);

#endif
