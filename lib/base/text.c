/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded strings in buffers of the caller, and UTF-8. */
#include "base/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct text text_over(char *buffer, size_t size)
{
	assert(size > 0);
	buffer[0] = '\0';
	return (struct text){.buffer = buffer, .size = size};
}

void text_clear(struct text *text)
{
	text->length = 0;
	text->overflow = false;
	text->buffer[0] = '\0';
}

/* Nothing is added after a cut: the rest of one piece must not meet a later one. */
static size_t room_of(const struct text *text)
{
	return text->overflow ? 0 : text->size - 1 - text->length;
}

void text_add_octets(struct text *text, const char *octets, size_t length)
{
	size_t room = room_of(text);

	if (length > room) {
		text->overflow = true;
		length = room;
	}
	memcpy(text->buffer + text->length, octets, length);
	text->length += length;
	text->buffer[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
	text_add_octets(text, string, strlen(string));
}

void text_add_char(struct text *text, char c)
{
	text_add_octets(text, &c, 1);
}

void text_add_format(struct text *text, const char *format, ...)
{
	size_t room = room_of(text);
	va_list arguments;
	int length;

	if (text->overflow)
		return;
	va_start(arguments, format);
	length = vsnprintf(text->buffer + text->length, room + 1, format, arguments);
	va_end(arguments);
	if (length < 0) {
		text->buffer[text->length] = '\0';
		text->overflow = true;
		return;
	}
	text->overflow = (size_t)length > room;
	text->length += text->overflow ? room : (size_t)length;
}

void text_add_printable(struct text *text, const char *string)
{
	for (; *string && !text->overflow; string++)
		text_add_char(text, *string >= 0x20 && *string <= 0x7e ? *string : '?');
}

/* The forms of a character in UTF-8, by its first octet (RFC 3629, 3). */
static const struct utf8_form {
	uint8_t mask, lead;
	unsigned length;
	uint32_t least; /* a smaller character in this form is overlong */
} UTF8_FORMS[] = {
	{0x80, 0x00, 1, 0},
	{0xe0, 0xc0, 2, 0x80},
	{0xf0, 0xe0, 3, 0x800},
	{0xf8, 0xf0, 4, 0x10000},
};

unsigned text_read_utf8(const char *string, size_t length, uint32_t *character_r)
{
	const uint8_t *octets = (const uint8_t *)string;
	const struct utf8_form *form = UTF8_FORMS;
	const struct utf8_form *end = UTF8_FORMS + sizeof(UTF8_FORMS) / sizeof(*UTF8_FORMS);

	if (length == 0)
		return 0;
	while (form < end && (octets[0] & form->mask) != form->lead)
		form++;
	if (form == end || form->length > length)
		return 0;
	*character_r = octets[0] & (uint8_t)~form->mask;
	for (unsigned i = 1; i < form->length; i++) {
		if ((octets[i] & 0xc0) != 0x80)
			return 0;
		*character_r = *character_r << 6 | (octets[i] & 0x3f);
	}
	if (*character_r < form->least || *character_r > 0x10ffff)
		return 0;
	if (*character_r >= 0xd800 && *character_r <= 0xdfff)
		return 0;
	return form->length;
}

bool text_is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
	       character == 0x2028 || character == 0x2029;
}

bool text_turns_direction(uint32_t character)
{
	return (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}

void text_add_terminal(struct text *text, const char *string)
{
	while (*string && !text->overflow) {
		uint32_t character;
		unsigned length = text_read_utf8(string, strnlen(string, 4), &character);

		if (length == 0 || text_is_control(character) || text_turns_direction(character))
			text_add_char(text, '?');
		else if (length > room_of(text))
			text->overflow = true; /* half a character is not UTF-8 */
		else
			text_add_octets(text, string, length);
		string += length ? length : 1;
	}
}

bool text_copy(char *buffer, size_t size, const char *string)
{
	struct text text = text_over(buffer, size);

	text_add(&text, string);
	return !text.overflow;
}
