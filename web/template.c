/* SPDX-License-Identifier: BSD-2-Clause */
/* Templates: names in double braces are replaced by values, which are escaped. */
#include "web/template.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

/* Octets of the longest name, with its sign and a NUL. */
#define NAME_SIZE 40
/* Octets of a number or a time as text. */
#define FORMATTED_SIZE 40

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

/* Control characters, and the marks that change the direction of text. */
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
	uint32_t character = 0;

	while (length > 0) {
		unsigned taken = text_read_utf8(octets, length, &character);
		if (taken == 0 || is_hidden(character)) {
			if (octets[0] != '\r') /* an LF follows at the end of a line */
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

/* Writes a string percent-encoded: all but letters, digits and "-._~:". */
static void url_write(FILE *out, const char *string)
{
	for (; *string; string++) {
		unsigned char c = (unsigned char)*string;
		if (c < 0x80 && (isalnum(c) || strchr("-._~:", c) != NULL))
			fputc(c, out);
		else
			fprintf(out, "%%%02X", c);
	}
}

/* English whatever the locale, unlike strftime(). */
static void format_time(int64_t time, bool only_day, char text_r[FORMATTED_SIZE])
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December"};
	char full[CLOCK_TEXT_SIZE]; /* 2026-11-15 21:02:25 */

	clock_format(time, full);
	snprintf(text_r, FORMATTED_SIZE, "%d %s %.4s, %.5s UTC", atoi(full + 8),
		months[(atoi(full + 5) + 11) % 12], full, full + 11);
	if (only_day)
		text_r[strcspn(text_r, ",")] = '\0';
}

/* The text of a value, in the buffer where it is not one already; "" if there is none. */
static const char *text_of(
	const struct value *values, const char *name, char buffer[FORMATTED_SIZE])
{
	while (values->name != NULL && strcmp(values->name, name) != 0)
		values++;
	if (values->name != NULL && values->text != NULL)
		return values->text;
	buffer[0] = '\0';
	if (values->number != 0)
		snprintf(buffer, FORMATTED_SIZE, "%lld", (long long)values->number);
	else if (values->time != 0 && values->time != CLOCK_NEVER)
		format_time(values->time, false, buffer);
	else if (values->day != 0)
		format_time(values->day, true, buffer);
	return buffer;
}

/* The next "{{…}}" between two places, with the tag in it; NULL if there is none. */
static const char *find_tag(
	const char *string, const char *end, char tag_r[NAME_SIZE], const char **behind_r)
{
	const char *begin = strstr(string, "{{");
	const char *close = begin != NULL ? strstr(begin, "}}") : NULL;

	if (close == NULL || close >= end || close - begin - 2 >= NAME_SIZE)
		return NULL;
	memcpy(tag_r, begin + 2, (size_t)(close - begin) - 2);
	tag_r[close - begin - 2] = '\0';
	*behind_r = close + 2;
	return begin;
}

/* The {{/}} of the section that begins here, and what follows it; the end if there is none. */
static const char *find_section_end(const char *string, const char *end, const char **behind_r)
{
	char tag[NAME_SIZE];
	const char *at;

	*behind_r = string;
	for (unsigned depth = 1; (at = find_tag(*behind_r, end, tag, behind_r)) != NULL;) {
		if (tag[0] != '\0' && strchr("?^#", tag[0]) != NULL)
			depth++;
		else if (tag[0] == '/' && --depth == 0)
			return at;
	}
	return *behind_r = end;
}

/* Writes a tag; gives where to go on. */
static const char *write_tag(
	FILE *out, const char *tag, const char *behind, const char *end, const struct value *values)
{
	char buffer[FORMATTED_SIZE] = "";
	const char *name = tag[0] != '\0' && strchr("!%?^#/", tag[0]) != NULL ? tag + 1 : tag;
	const char *text = text_of(values, name, buffer);

	switch (tag[0]) {
	case '/':
		break;
	case '?':
	case '^':
		if ((text[0] != '\0') != (tag[0] == '?'))
			find_section_end(behind, end, &behind);
		break;
	case '#':
		find_section_end(behind, end, &behind);
		/* fall through */
	case '!':
		fputs(text, out);
		break;
	case '%':
		url_write(out, text);
		break;
	default:
		html_write(out, text, strlen(text));
	}
	return behind;
}

static void write_range(FILE *out, const char *string, const char *end, const struct value *values)
{
	char tag[NAME_SIZE];
	const char *behind;
	const char *begin;

	while ((begin = find_tag(string, end, tag, &behind)) != NULL) {
		fwrite(string, 1, (size_t)(begin - string), out);
		string = write_tag(out, tag, behind, end, values);
	}
	fwrite(string, 1, (size_t)(end - string), out);
}

void template_write(FILE *out, const char *template, const struct value *values)
{
	write_range(out, template, template + strlen(template), values);
}

void template_write_row(
	FILE *out, const char *template, const char *name, const struct value *values)
{
	const char *end = template + strlen(template);
	char tag[NAME_SIZE];
	const char *unused;

	while (find_tag(template, end, tag, &template) != NULL)
		if (tag[0] == '#' && strcmp(tag + 1, name) == 0) {
			write_range(
				out, template, find_section_end(template, end, &unused), values);
			return;
		}
}

int rows_begin(struct rows *rows)
{
	rows->html = NULL;
	rows->out = open_memstream(&rows->html, &rows->length);
	return rows->out != NULL ? ERR_NONE : ERR_MEMORY;
}

int rows_end(struct rows *rows)
{
	bool failed = rows->out != NULL && fclose(rows->out) != 0;

	rows->out = NULL;
	return failed ? ERR_MEMORY : ERR_NONE;
}
