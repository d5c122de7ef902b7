/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the recipients of a message in its header, and wherever else they are written. */
#include "core/secrets.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Shorter names and local parts are common words. */
#define NAME_MIN 5

/* The only list of fields that are not shown. */
static const struct {
	const char *name;
	enum secrets_field kind;
} FIELDS[] = {
	{"To", FIELD_RECIPIENTS},
	{"Cc", FIELD_RECIPIENTS},
	{"Bcc", FIELD_RECIPIENTS},
	{"Resent-To", FIELD_RECIPIENTS},
	{"Resent-Cc", FIELD_RECIPIENTS},
	{"Resent-Bcc", FIELD_RECIPIENTS},
	{"Apparently-To", FIELD_RECIPIENTS},
	{"Delivered-To", FIELD_RECIPIENTS},
	{"Envelope-To", FIELD_RECIPIENTS},
	{"X-Envelope-To", FIELD_RECIPIENTS},
	{"X-Original-To", FIELD_RECIPIENTS},
	{"X-Rcpt-To", FIELD_RECIPIENTS},
	{"X-Delivered-To", FIELD_RECIPIENTS},
	{"Original-Recipient", FIELD_RECIPIENTS},
	{"Final-Recipient", FIELD_RECIPIENTS},
	{"Message-ID", FIELD_HIDDEN},
	{"Resent-Message-ID", FIELD_HIDDEN},
	{"References", FIELD_HIDDEN},
	{"In-Reply-To", FIELD_HIDDEN},
	{"Return-Path", FIELD_HIDDEN},
	{"Errors-To", FIELD_HIDDEN},
	{"List-Unsubscribe", FIELD_HIDDEN},
	{"List-ID", FIELD_HIDDEN},
	{"List-Help", FIELD_HIDDEN},
	{"Feedback-ID", FIELD_HIDDEN},
	{"X-Feedback-ID", FIELD_HIDDEN},
	{"Thread-Index", FIELD_HIDDEN},
	{"X-UIDL", FIELD_HIDDEN},
	{"X-Campaign", FIELD_HIDDEN},
	{"X-Report-Abuse", FIELD_HIDDEN},
	{"X-Mailer-LID", FIELD_HIDDEN},
	{"X-Mailer-RecptId", FIELD_HIDDEN},
	{"X-Mailer-SID", FIELD_HIDDEN},
	{"X-SG-EID", FIELD_HIDDEN},
	{"X-MC-User", FIELD_HIDDEN},
};

enum secrets_field secrets_field_kind(const struct header_field *field)
{
	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++)
		if (header_is(field, FIELDS[i].name))
			return FIELDS[i].kind;
	return FIELD_SHOWN;
}

static bool is_mailbox_octet(char c)
{
	return isalnum((unsigned char)c) ||
	       (c != '\0' && strchr(".!#$%&'*+/=?^_`{|}~-", c) != NULL);
}

static bool is_domain_octet(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-';
}

static void add_secret(struct secrets *secrets, const char *octets, size_t length, size_t at_sign)
{
	struct secret *secret = &secrets->list[secrets->count];

	if (secrets->count == SECRETS_MAX || length >= SECRET_SIZE || length == 0)
		return;
	for (size_t i = 0; i < secrets->count; i++)
		if (secrets->list[i].length == length &&
			strncasecmp(secrets->list[i].text, octets, length) == 0)
			return;
	memcpy(secret->text, octets, length);
	secret->text[length] = '\0';
	secret->length = length;
	secret->at_sign = at_sign;
	secrets->begins_one[tolower((unsigned char)octets[0])] = true;
	secrets->begins_one[toupper((unsigned char)octets[0])] = true;
	secrets->count++;
}

void secrets_add_mailboxes(struct secrets *secrets, const char *octets, size_t length)
{
	for (size_t i = 1; i + 1 < length; i++) {
		size_t begin = i;
		size_t end = i + 1;
		if (octets[i] != '@')
			continue;
		while (begin > 0 && is_mailbox_octet(octets[begin - 1]))
			begin--;
		while (end < length && is_domain_octet(octets[end]))
			end++;
		if (begin == i || end == i + 1)
			continue;
		add_secret(secrets, octets + begin, end - begin, i - begin);
		if (i - begin >= NAME_MIN)
			add_secret(secrets, octets + begin, i - begin, i - begin);
	}
}

/* Keeps the name in front of a mailbox in angle brackets: "Jane Doe" <jane@example.org>. */
static void add_names(struct secrets *secrets, const char *octets, size_t length)
{
	const char *at = octets;
	const char *end = octets + length;
	const char *open;

	while (at < end && (open = memchr(at, '<', (size_t)(end - at))) != NULL) {
		const char *last = open;
		while (at < open && strchr(" \t\r\n\",;'", *at) != NULL)
			at++;
		while (last > at && strchr(" \t\r\n\"'", last[-1]) != NULL)
			last--;
		if (last - at >= NAME_MIN)
			add_secret(secrets, at, (size_t)(last - at), (size_t)(last - at));
		at = memchr(open, '>', (size_t)(end - open));
		at = at != NULL ? at + 1 : end;
	}
}

void secrets_collect(struct secrets *secrets, const char *octets, size_t length)
{
	struct header_reader reader;
	struct header_field field;
	const char *at;

	header_begin(&reader, octets, length);
	while (header_next(&reader, &field)) {
		if (secrets_field_kind(&field) == FIELD_RECIPIENTS) {
			secrets_add_mailboxes(secrets, field.body, field.body_length);
			add_names(secrets, field.body, field.body_length);
		} else if (header_is(&field, "Received") &&
			   ((at = header_find_clause(&field, "for")) != NULL)) {
			secrets_add_mailboxes(
				secrets, at, (size_t)(field.body + field.body_length - at));
		}
	}
}

/* How an '@' is written in links, in quoted-printable and in return paths. */
static size_t at_sign_length(const char *octets, size_t length)
{
	static const char *const spellings[] = {"@", "%40", "=40", "&#64;", "="};

	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		size_t spelled = strlen(spellings[i]);
		if (length >= spelled && memcmp(octets, spellings[i], spelled) == 0)
			return spelled;
	}
	return 0;
}

size_t secrets_soft_break(const char *octets, size_t length)
{
	if (length >= 3 && memcmp(octets, "=\r\n", 3) == 0)
		return 3;
	return length >= 2 && memcmp(octets, "=\n", 2) == 0 ? 2 : 0;
}

/* The octets here that spell `wanted`, in any case and with soft line breaks in between; or 0. */
static size_t match_octets(const char *octets, size_t length, const char *wanted, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		size_t skip;
		while (i > 0 && at < length &&
			(skip = secrets_soft_break(octets + at, length - at)) > 0)
			at += skip;
		if (at >= length ||
			tolower((unsigned char)octets[at]) != tolower((unsigned char)wanted[i]))
			return 0;
		at++;
	}
	return at;
}

/* The octets here that spell the secret, or 0. */
static size_t match_secret(const struct secret *secret, const char *octets, size_t length)
{
	size_t at = match_octets(octets, length, secret->text, secret->at_sign);
	size_t domain, sign;

	if (at == 0 || secret->at_sign == secret->length)
		return at;
	at += secrets_soft_break(octets + at, length - at);
	sign = at_sign_length(octets + at, length - at);
	if (sign == 0)
		return 0;
	at += sign + secrets_soft_break(octets + at + sign, length - at - sign);
	domain = match_octets(octets + at, length - at, secret->text + secret->at_sign + 1,
		secret->length - secret->at_sign - 1);
	return domain > 0 ? at + domain : 0;
}

size_t secrets_match(const struct secrets *secrets, const char *octets, size_t length)
{
	size_t longest = 0;

	if (length == 0 || !secrets->begins_one[(unsigned char)octets[0]])
		return 0;
	for (size_t i = 0; i < secrets->count; i++) {
		size_t matched = match_secret(&secrets->list[i], octets, length);
		if (matched > longest)
			longest = matched;
	}
	return longest;
}
