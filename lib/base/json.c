/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes JSON (RFC 8259): any octets become valid UTF-8, and no control character is left. */
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

static void write_octets(FILE *file, const char *octets, size_t length)
{
	const char *end = octets + length;

	putc('"', file);
	while (octets < end) {
		uint32_t character;
		unsigned size = text_read_utf8(octets, (size_t)(end - octets), &character);
		if (size == 0)
			fputs("\\ufffd", file);
		else if (character == '"' || character == '\\')
			fprintf(file, "\\%c", (int)character);
		else if (text_is_control(character) || text_turns_direction(character))
			/* JSON would allow most of them, but this may be read on a terminal. */
			fprintf(file, "\\u%04" PRIx32, character);
		else
			fwrite(octets, 1, size, file);
		octets += size ? size : 1;
	}
	putc('"', file);
}

static void begin_value(struct json *json, const char *key)
{
	if (json->comma)
		fputs(", ", json->file);
	json->comma = true;
	if (key != NULL) {
		write_octets(json->file, key, strlen(key));
		fputs(": ", json->file);
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin_value(json, key);
	putc(bracket, json->file);
	json->comma = false;
}

void json_close(struct json *json, char bracket)
{
	putc(bracket, json->file);
	json->comma = true;
}

void json_end_line(struct json *json)
{
	putc('\n', json->file);
	json->comma = false;
}

void json_text(struct json *json, const char *key, const char *value)
{
	if (value == NULL)
		json_null(json, key);
	else
		json_octets(json, key, value, strlen(value));
}

void json_octets(struct json *json, const char *key, const char *octets, size_t length)
{
	begin_value(json, key);
	write_octets(json->file, octets, length);
}

void json_number(struct json *json, const char *key, int64_t value)
{
	begin_value(json, key);
	fprintf(json->file, "%" PRId64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->file);
}

void json_null(struct json *json, const char *key)
{
	begin_value(json, key);
	fputs("null", json->file);
}

void json_time(struct json *json, const char *key, int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	if (time == CLOCK_NEVER) {
		json_null(json, key);
		return;
	}
	clock_format(time, text);
	begin_value(json, key);
	fprintf(json->file, "\"%s\"", text);
}
