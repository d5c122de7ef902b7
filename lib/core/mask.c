/* SPDX-License-Identifier: BSD-2-Clause */
/* Shows a message to the public without its recipients. */
#include "core/mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/header.h"
#include "core/secrets.h"

/* A part of a path that long, or with that many digits, tells one link from another. */
#define TOKEN_MIN 16
#define TOKEN_DIGITS 4

/* A line of base64 has at least this many octets, a part at least this many lines. */
#define BASE64_MIN 56
#define BASE64_LINES 2

void mask_mailbox(const char *mailbox, char masked_r[MASK_MAILBOX_SIZE])
{
	const char *at_sign = strrchr(mailbox, '@');

	if (mailbox[0] == '\0')
		masked_r[0] = '\0';
	else if (at_sign == NULL || !isalnum((unsigned char)mailbox[0]))
		snprintf(masked_r, MASK_MAILBOX_SIZE, "%s", MASK_WORD);
	else
		snprintf(masked_r, MASK_MAILBOX_SIZE, "%c***%.250s", mailbox[0], at_sign);
}

/* A message on its way to the caller. */
struct masking {
	struct secrets secrets;
	void (*put)(void *context, const char *octets, size_t length);
	void *context;
};

static void put(const struct masking *masking, const char *octets, size_t length)
{
	if (length > 0)
		masking->put(masking->context, octets, length);
}

static void put_word(const struct masking *masking)
{
	put(masking, MASK_WORD, sizeof(MASK_WORD) - 1);
}

/* The length of what starts a link, or 0. */
static size_t scheme_length(const char *octets, size_t length)
{
	static const char *const schemes[] = {
		"https://", "http://", "https=3A//", "http=3A//", "www."};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (length >= strlen(schemes[i]) &&
			strncasecmp(octets, schemes[i], strlen(schemes[i])) == 0)
			return strlen(schemes[i]);
	return 0;
}

static size_t link_length(const char *octets, size_t length)
{
	size_t i = 0;

	while (i < length) {
		size_t skip = secrets_soft_break(octets + i, length - i);
		unsigned char c = (unsigned char)octets[i];
		if (skip > 0) {
			i += skip;
			continue;
		}
		if (c <= ' ' || c >= 0x7f || strchr("<>\"'()[]{}|\\^`", c) != NULL)
			break;
		i++;
	}
	return i;
}

/* A part of a path that is not a word. */
static bool is_token(const char *octets, size_t length)
{
	size_t digits = 0;

	for (size_t i = 0; i < length; i++)
		digits += isdigit((unsigned char)octets[i]) != 0;
	return length >= TOKEN_MIN || digits >= TOKEN_DIGITS;
}

static bool is_word_octet(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/*
 * Where the next secret, of secret_r octets, or (with secret_r 0) the next link begins, from `at`
 * on; length if there is none.
 */
static size_t find_hidden(const struct masking *masking, const char *octets, size_t length,
	size_t at, bool with_links, size_t *secret_r)
{
	for (; at < length; at++) {
		bool starts_word = at == 0 || !is_word_octet(octets[at - 1]);
		bool link = with_links && scheme_length(octets + at, length - at) > 0;

		*secret_r = starts_word && !link
				    ? secrets_match(&masking->secrets, octets + at, length - at)
				    : 0;
		if (link || *secret_r > 0)
			break;
	}
	return at;
}

/* Puts a part of a link without secrets. */
static void put_part(const struct masking *masking, const char *octets, size_t length)
{
	size_t at = 0, next, secret;

	while ((next = find_hidden(masking, octets, length, at, false, &secret)) < length) {
		put(masking, octets + at, next - at);
		put_word(masking);
		at = next + secret;
	}
	put(masking, octets + at, length - at);
}

/*
 * Puts the link at the start: its host, of its path what is words, and no query or fragment.
 * Returns its length.
 */
static size_t put_link(const struct masking *masking, const char *octets, size_t length)
{
	size_t scheme = scheme_length(octets, length);
	const char *end = octets + scheme + link_length(octets + scheme, length - scheme);
	const char *part = octets + scheme;
	const char *next;

	for (next = part; next < end && strchr("/?#", *next) == NULL; next++)
		continue;
	put(masking, octets, scheme);
	put_part(masking, part, (size_t)(next - part));
	while (next < end && *next == '/') {
		put(masking, "/", 1);
		part = ++next;
		while (next < end && strchr("/?#", *next) == NULL)
			next++;
		if (is_token(part, (size_t)(next - part)))
			put_word(masking);
		else
			put_part(masking, part, (size_t)(next - part));
	}
	if (next < end) {
		put(masking, next, 1);
		put_word(masking);
	}
	return (size_t)(end - octets);
}

/* Puts text without secrets, and links without what tells one from another. */
static void put_text(const struct masking *masking, const char *octets, size_t length)
{
	size_t at = 0, next, secret;

	while ((next = find_hidden(masking, octets, length, at, true, &secret)) < length) {
		put(masking, octets + at, next - at);
		if (secret > 0)
			put_word(masking);
		at = next + (secret > 0 ? secret : put_link(masking, octets + next, length - next));
	}
	put(masking, octets + at, length - at);
}

/* The length of the next word and the blanks in front of it. */
static size_t word_length(const char *at, const char *end)
{
	size_t length = 0;

	while (at + length < end && isspace((unsigned char)at[length]))
		length++;
	while (at + length < end && !isspace((unsigned char)at[length]) && at[length] != ';')
		length++;
	return length;
}

/* The id that a server gave the message, and the recipient, are masked. */
static void put_received(const struct masking *masking, const struct header_field *field)
{
	const char *end = field->body + field->body_length;
	const char *at = field->body;
	const char *clauses[] = {header_find_clause(field, "id"), header_find_clause(field, "for")};

	if (clauses[0] != NULL && clauses[1] != NULL && clauses[1] < clauses[0]) {
		const char *swapped = clauses[0];
		clauses[0] = clauses[1];
		clauses[1] = swapped;
	}
	for (size_t i = 0; i < 2; i++) {
		if (clauses[i] == NULL || clauses[i] < at)
			continue;
		put_text(masking, at, (size_t)(clauses[i] - at));
		put(masking, " ", 1);
		put_word(masking);
		at = clauses[i] + word_length(clauses[i], end);
	}
	put_text(masking, at, (size_t)(end - at));
}

static void put_field(const struct masking *masking, const struct header_field *field)
{
	put(masking, field->name, field->name_length + 1);
	if (secrets_field_kind(field) != FIELD_SHOWN) {
		put(masking, " ", 1);
		put_word(masking);
	} else if (header_is(field, "Received")) {
		put_received(masking, field);
	} else {
		put_text(masking, field->body, field->body_length);
	}
	put(masking, "\n", 1);
}

static bool is_base64_line(const char *octets, size_t length)
{
	while (length > 0 && (octets[length - 1] == '\r' || octets[length - 1] == '\n'))
		length--;
	if (length < BASE64_MIN)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)octets[i]) && strchr("+/=", octets[i]) == NULL)
			return false;
	return true;
}

static size_t line_length(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed != NULL ? (size_t)(feed - at) + 1 : (size_t)(end - at);
}

/* Skips lines of base64, the shorter last one included, and counts them. */
static const char *skip_base64(const char *at, const char *end, size_t *lines_r)
{
	*lines_r = 0;
	while (at < end && is_base64_line(at, line_length(at, end))) {
		at += line_length(at, end);
		++*lines_r;
	}
	if (*lines_r >= BASE64_LINES && at < end && strchr("\r\n-", *at) == NULL) {
		at += line_length(at, end);
		++*lines_r;
	}
	return at;
}

static void put_body(const struct masking *masking, const char *at, const char *end)
{
	const char *begin = at; /* of what was not put yet */
	char note[80];
	size_t lines;

	while (at < end) {
		const char *behind = skip_base64(at, end, &lines);
		if (lines < BASE64_LINES) {
			at += line_length(at, end);
			continue;
		}
		put_text(masking, begin, (size_t)(at - begin));
		snprintf(note, sizeof(note), "[%zu lines in base64 are left out]\n", lines);
		put(masking, note, strlen(note));
		begin = at = behind;
	}
	put_text(masking, begin, (size_t)(end - begin));
}

void mask_message(const char *octets, size_t length, const struct mask_also *also,
	void (*put_piece)(void *context, const char *octets, size_t length), void *context)
{
	struct masking masking = {.put = put_piece, .context = context};
	struct header_reader reader;
	struct header_field field;

	secrets_collect(&masking.secrets, octets, length);
	for (size_t i = 0; also != NULL && i < also->count; i++)
		secrets_add_mailboxes(
			&masking.secrets, also->mailboxes[i], strlen(also->mailboxes[i]));
	header_begin(&reader, octets, length);
	while (header_next(&reader, &field))
		put_field(&masking, &field);
	put(&masking, "\n", 1);
	put_body(&masking, reader.at, octets + length);
}
