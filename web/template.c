/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/template.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* Octets of the longest name, with its sign and a NUL. */
#define NAME_SIZE 40

static const char *entity_of(uint32_t character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Control characters, and the marks that turn the direction of writing around. */
static bool is_hidden(uint32_t character)
{
	if (character == '\n' || character == '\t')
		return false;
	return character < 0x20 || (character >= 0x7f && character < 0xa0) ||
	       (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}

void html_write(FILE *out, const char *octets, size_t length)
{
	uint32_t character;

	while (length > 0) {
		unsigned taken = text_read_utf8(octets, length, &character);
		if (taken == 0 || is_hidden(character)) {
			if (octets[0] != '\r') /* the end of a line has an LF too */
				fputs("\xef\xbf\xbd", out);
			taken = taken == 0 ? 1 : taken;
		} else if (taken == 1 && entity_of(character) != NULL) {
			fputs(entity_of(character), out);
		} else {
			fwrite(octets, 1, taken, out);
		}
		octets += taken;
		length -= taken;
	}
}

void url_write(FILE *out, const char *string)
{
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;
		if (c < 0x80 && (isalnum(c) || strchr("-._~:", c) != NULL))
			fputc(c, out);
		else
			fprintf(out, "%%%02X", c);
	}
}

static const char *text_of(const struct value *values, const char *name)
{
	for (; values->name != NULL; values++)
		if (strcmp(values->name, name) == 0)
			return values->text != NULL ? values->text : "";
	return "";
}

/* The next "{{…}}" from string on, with what stands in it; NULL: there is none. */
static const char *find_tag(const char *string, char tag_r[NAME_SIZE], const char **behind_r)
{
	const char *begin = strstr(string, "{{");
	const char *end = begin != NULL ? strstr(begin, "}}") : NULL;

	if (end == NULL || end - begin - 2 >= NAME_SIZE)
		return NULL;
	memcpy(tag_r, begin + 2, (size_t)(end - begin) - 2);
	tag_r[end - begin - 2] = '\0';
	*behind_r = end + 2;
	return begin;
}

/* What follows the end of the section that begins here. */
static const char *skip_section(const char *string)
{
	char tag[NAME_SIZE];
	const char *behind;

	for (unsigned depth = 1; find_tag(string, tag, &behind) != NULL; string = behind) {
		if (tag[0] == '?' || tag[0] == '^')
			depth++;
		else if (tag[0] == '/' && --depth == 0)
			return behind;
	}
	return string + strlen(string);
}

static void write_value(FILE *out, const char *tag, const struct value *values)
{
	const char *text;

	switch (tag[0]) {
	case '!':
		fputs(text_of(values, tag + 1), out);
		break;
	case '%':
		url_write(out, text_of(values, tag + 1));
		break;
	default:
		text = text_of(values, tag);
		html_write(out, text, strlen(text));
	}
}

void template_write(FILE *out, const char *template, const struct value *values)
{
	char tag[NAME_SIZE];
	const char *behind;
	const char *begin;

	while ((begin = find_tag(template, tag, &behind)) != NULL) {
		fwrite(template, 1, (size_t)(begin - template), out);
		template = behind;
		if (tag[0] == '?' || tag[0] == '^') {
			bool filled = text_of(values, tag + 1)[0] != '\0';
			if (filled != (tag[0] == '?'))
				template = skip_section(behind);
		} else if (tag[0] != '/') {
			write_value(out, tag, values);
		}
	}
	fputs(template, out);
}
