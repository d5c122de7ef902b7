/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A bounded string in a buffer of the caller. What does not fit is cut off and sets `overflow`,
 * which stays set: build the whole string, then check once. `buffer` is always terminated. One
 * thread at a time.
 */
struct text {
	char *buffer;
	size_t size;   /* octets in buffer, the terminating NUL included; at least 1 */
	size_t length; /* octets used, without the NUL */
	bool overflow;
};

/* An empty text in buffer, which must outlive it. size is at least 1. */
struct text text_over(char *buffer, size_t size);

/* The same in a char array: struct text t = TEXT_OVER(array). */
#define TEXT_OVER(array) text_over(array, sizeof(array))

/* Empties the text and clears overflow. */
void text_clear(struct text *text);
void text_add(struct text *text, const char *string);
void text_add_octets(struct text *text, const char *octets, size_t length);
void text_add_char(struct text *text, char c);
void text_add_format(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Adds a string from outside. Octets that are not printable ASCII (0x20 to 0x7e) become '?', so
 * that it is safe in a log line, a header or an SMTP reply.
 */
void text_add_printable(struct text *text, const char *string);

/* 0x00 to 0x1f, 0x7f, C1 (0x80 to 0x9f), and the line and paragraph separators of Unicode. */
bool text_is_control(uint32_t character);

/* The embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9, 2). */
bool text_turns_direction(uint32_t character);

/*
 * Adds a line for a terminal: control characters, characters that turn the direction of the text,
 * and octets that are not UTF-8 become '?'; other UTF-8 is kept.
 */
void text_add_terminal(struct text *text, const char *string);

/*
 * The length of the well-formed UTF-8 character (RFC 3629) at the start of string, which has length
 * octets and may include NUL; 0 if there is none, and character_r is undefined then.
 */
unsigned text_read_utf8(const char *string, size_t length, uint32_t *character_r)
	__attribute__((warn_unused_result));

/* Copies string into a buffer of size octets, cut to fit. Returns false if it was cut. */
bool text_copy(char *buffer, size_t size, const char *string);

#endif
