/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/mask.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/masking.h"

/* A line of base64 is that long at least, and so many make a part. */
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

/* Fields whose bodies are not shown at all. */
static bool is_hidden_field(const struct header_field *field)
{
	static const char *const names[] = {
		"To",
		"Cc",
		"Bcc",
		"Resent-To",
		"Resent-Cc",
		"Resent-Bcc",
		"Apparently-To",
		"Delivered-To",
		"Envelope-To",
		"X-Envelope-To",
		"X-Original-To",
		"X-Rcpt-To",
		"X-Delivered-To",
		"Original-Recipient",
		"Final-Recipient",
		"Message-ID",
		"Resent-Message-ID",
		"References",
		"In-Reply-To",
		"Return-Path",
		"Errors-To",
		"List-Unsubscribe",
		"List-ID",
		"List-Help",
		"Feedback-ID",
		"X-Feedback-ID",
		"Thread-Index",
		"X-UIDL",
		"X-Campaign",
		"X-Report-Abuse",
		"X-Mailer-LID",
		"X-Mailer-RecptId",
		"X-Mailer-SID",
		"X-SG-EID",
		"X-MC-User",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (header_is(field, names[i]))
			return true;
	return false;
}

/* Where a word that may follow ends: the id behind "id". */
static size_t word_length(const char *at, const char *end)
{
	size_t length = 0;

	while (at + length < end && isspace((unsigned char)at[length]))
		length++;
	while (at + length < end && !isspace((unsigned char)at[length]) && at[length] != ';')
		length++;
	return length;
}

/* The id that a server gave the message, and for whom it was, are left away. */
static void put_received(const struct masking *masking, const struct header_field *field)
{
	const char *end = field->body + field->body_length;
	const char *at = field->body;
	const char *clauses[] = {
		masking_find_clause(field, "id"), masking_find_clause(field, "for")};

	if (clauses[0] != NULL && clauses[1] != NULL && clauses[1] < clauses[0]) {
		const char *swapped = clauses[0];
		clauses[0] = clauses[1];
		clauses[1] = swapped;
	}
	for (size_t i = 0; i < 2; i++) {
		if (clauses[i] == NULL || clauses[i] < at)
			continue;
		masking_put_text(masking, at, (size_t)(clauses[i] - at));
		masking_put(masking, " ", 1);
		masking_put_word(masking);
		at = clauses[i] + word_length(clauses[i], end);
	}
	masking_put_text(masking, at, (size_t)(end - at));
}

static void put_field(const struct masking *masking, const struct header_field *field)
{
	masking_put(masking, field->name, field->name_length + 1);
	if (is_hidden_field(field)) {
		masking_put(masking, " ", 1);
		masking_put_word(masking);
	} else if (header_is(field, "Received")) {
		put_received(masking, field);
	} else {
		masking_put_text(masking, field->body, field->body_length);
	}
	masking_put(masking, "\n", 1);
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

/* Lines in base64 from here on, with the shorter last one; lines_r: how many. */
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
		masking_put_text(masking, begin, (size_t)(at - begin));
		snprintf(note, sizeof(note), "[%zu lines in base64 are left out]\n", lines);
		masking_put(masking, note, strlen(note));
		begin = at = behind;
	}
	masking_put_text(masking, begin, (size_t)(end - begin));
}

void mask_message(const char *octets, size_t length, const struct mask_also *also,
	void (*put_piece)(void *context, const char *octets, size_t length), void *context)
{
	struct masking masking = {.count = 0, .put = put_piece, .context = context};
	struct header_reader reader;
	struct header_field field;

	masking_collect(&masking, octets, length);
	for (size_t i = 0; also != NULL && i < also->count; i++)
		masking_add_mailboxes(&masking, also->mailboxes[i], strlen(also->mailboxes[i]));
	header_begin(&reader, octets, length);
	while (header_next(&reader, &field))
		put_field(&masking, &field);
	masking_put(&masking, "\n", 1);
	put_body(&masking, reader.at, octets + length);
}
