/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_IMPORT_FORMATS_H
#define CTL_IMPORT_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/listing.h"

/* What a field of CSV begins with that a spreadsheet takes for a formula; export puts an apostrophe
 * in front of it, and of one that begins with an apostrophe. */
#define CSV_FORMULA_MARKS "=+-@'"

struct text;

/* The columns of a CSV file that mean something. */
enum csv_column { CSV_NETWORK, CSV_REASON, CSV_LISTED_AT, CSV_EXPIRES_AT, CSV_COLUMNS };

#define CSV_FIELDS_MAX 32

/* What a format remembers between the lines of one file. All zero but now, at first. */
struct format_state {
	int64_t now;
	char default_reason[REASON_SIZE]; /* rbldnsd: of a line that begins with a colon */
	bool have_header;                 /* csv */
	size_t columns[CSV_COLUMNS];      /* csv: the field of each, from 1; 0: not there */
};

/* What a line says. */
struct format_entry {
	struct network network;
	char reason[REASON_SIZE]; /* empty: the line has none */
	int64_t listed_at;        /* 0: the line has none */
	int64_t expires_at;       /* 0: the line has none */
};

enum format_line {
	FORMAT_ENTRY,
	FORMAT_NOTHING, /* a comment, a blank line, a heading */
	FORMAT_BAD,     /* fault_r says why */
	FORMAT_FATAL,   /* the same, and no later line can be understood */
};

/* Parses a line, and may change it. */
typedef enum format_line format_parse(
	struct format_state *state, char *line, struct format_entry *entry_r, struct text *fault_r);

format_parse import_text, import_rbldnsd, import_csv;

#endif
