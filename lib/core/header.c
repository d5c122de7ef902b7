/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the header of a message field by field, without copying. */
#include "core/header.h"

#include <string.h>
#include <strings.h>

/* The start of the line after the one at `at`. */
static const char *next_line(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed != NULL ? feed + 1 : end;
}

void header_begin(struct header_reader *reader, const char *octets, size_t length)
{
	reader->at = octets;
	reader->end = octets + length;
	if (length >= 5 && memcmp(octets, "From ", 5) == 0)
		reader->at = next_line(reader->at, reader->end);
}

/* The octets of a field's name: printable ASCII except the colon (RFC 5322, 3.6.8). */
static size_t name_length(const char *at, const char *end)
{
	size_t length = 0;

	while (at + length < end && at[length] > 0x20 && at[length] < 0x7f && at[length] != ':')
		length++;
	return at + length < end && at[length] == ':' ? length : 0;
}

bool header_next(struct header_reader *reader, struct header_field *field_r)
{
	size_t length = name_length(reader->at, reader->end);
	const char *end;

	if (length == 0) {
		if (reader->at < reader->end && (*reader->at == '\n' || *reader->at == '\r'))
			reader->at = next_line(reader->at, reader->end);
		return false;
	}
	field_r->name = reader->at;
	field_r->name_length = length;
	field_r->body = reader->at + length + 1;
	end = next_line(field_r->body, reader->end);
	while (end < reader->end && (*end == ' ' || *end == '\t'))
		end = next_line(end, reader->end);
	reader->at = end;
	while (end > field_r->body && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	field_r->body_length = (size_t)(end - field_r->body);
	return true;
}

bool header_is(const struct header_field *field, const char *name)
{
	return field->name_length == strlen(name) &&
	       strncasecmp(field->name, name, field->name_length) == 0;
}
