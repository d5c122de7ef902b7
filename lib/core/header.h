/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_HEADER_H
#define CORE_HEADER_H

#include <stdbool.h>
#include <stddef.h>

/* A field of a message's header (RFC 5322, 2.2), with its folded lines. Not copied. */
struct header_field {
	const char *name; /* not terminated */
	size_t name_length;
	const char *body; /* from after the colon to before the end of its last line */
	size_t body_length;
};

/* A position in a header. */
struct header_reader {
	const char *at;
	const char *end;
};

/* Starts at the first field of a message, after a line of mbox ("From …") if there is one. */
void header_begin(struct header_reader *reader, const char *octets, size_t length);

/*
 * Reads the next field. Returns false at the empty line that ends the header, or at a line that is
 * not a field; reader->at is the start of the body then.
 */
bool header_next(struct header_reader *reader, struct header_field *field_r);

/* Whether the field has this name, in any case. */
bool header_is(const struct header_field *field, const char *name);

#endif
