/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_HEADER_H
#define CORE_HEADER_H

#include <stdbool.h>
#include <stddef.h>

/* A field of a message's header (RFC 5322, 2.2), with the lines it is folded into. Not copied. */
struct header_field {
	const char *name; /* not terminated */
	size_t name_length;
	const char *body; /* behind the colon, up to the end of its last line, that excluded */
	size_t body_length;
};

/* Where the next field is looked for. */
struct header_reader {
	const char *at;
	const char *end;
};

/* Begins at a message's start, behind a line of mbox ("From …") if there is one. */
void header_begin(struct header_reader *reader, const char *octets, size_t length);

/* The next field; false at the empty line that ends the header, or at what is no field. reader->at
 * is then where the body begins. */
bool header_next(struct header_reader *reader, struct header_field *field_r);

/* Whether a field has a name, in whatever case. */
bool header_is(const struct header_field *field, const char *name);

/*
 * The start of what follows a word of a Received field ("for", "id"), or NULL when the field does
 * not have that word.
 */
const char *header_find_clause(const struct header_field *field, const char *word);

#endif
