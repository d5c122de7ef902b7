/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/masking.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/mask.h"

/* Shorter names and local parts are common words. */
#define NAME_MIN 5
/* A part of a path that long, or with that many digits, tells one link from another. */
#define TOKEN_MIN 16
#define TOKEN_DIGITS 4

/* Those of them that name recipients. */
static bool names_recipients(const struct header_field *field)
{
	static const char *const names[] = {
		"To",
		"Cc",
		"Bcc",
		"Resent-To",
		"Resent-Cc",
		"Apparently-To",
		"Delivered-To",
		"Envelope-To",
		"X-Envelope-To",
		"X-Original-To",
		"X-Rcpt-To",
		"X-Delivered-To",
		"Original-Recipient",
		"Final-Recipient",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (header_is(field, names[i]))
			return true;
	return false;
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

static void add_secret(struct masking *masking, const char *octets, size_t length, size_t at_sign)
{
	struct secret *secret = &masking->secrets[masking->count];

	if (masking->count == SECRETS_MAX || length >= SECRET_SIZE || length == 0)
		return;
	for (size_t i = 0; i < masking->count; i++)
		if (masking->secrets[i].length == length &&
			strncasecmp(masking->secrets[i].text, octets, length) == 0)
			return;
	memcpy(secret->text, octets, length);
	secret->text[length] = '\0';
	secret->length = length;
	secret->at_sign = at_sign;
	masking->begins_one[tolower((unsigned char)octets[0])] = true;
	masking->begins_one[toupper((unsigned char)octets[0])] = true;
	masking->count++;
}

void masking_add_mailboxes(struct masking *masking, const char *octets, size_t length)
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
		add_secret(masking, octets + begin, end - begin, i - begin);
		if (i - begin >= NAME_MIN)
			add_secret(masking, octets + begin, i - begin, i - begin);
	}
}

/* Keeps the name in front of a mailbox in angle brackets: "Jane Doe" <jane@example.org>. */
static void add_names(struct masking *masking, const char *octets, size_t length)
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
			add_secret(masking, at, (size_t)(last - at), (size_t)(last - at));
		at = memchr(open, '>', (size_t)(end - open));
		at = at != NULL ? at + 1 : end;
	}
}

const char *masking_find_clause(const struct header_field *field, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 1; i + length + 1 < field->body_length; i++) {
		const char *at = field->body + i;
		if (isspace((unsigned char)at[-1]) && strncasecmp(at, word, length) == 0 &&
			isspace((unsigned char)at[length]))
			return at + length;
	}
	return NULL;
}

void masking_collect(struct masking *masking, const char *octets, size_t length)
{
	struct header_reader reader;
	struct header_field field;
	const char *at;

	header_begin(&reader, octets, length);
	while (header_next(&reader, &field)) {
		if (names_recipients(&field)) {
			masking_add_mailboxes(masking, field.body, field.body_length);
			add_names(masking, field.body, field.body_length);
		} else if (header_is(&field, "Received") &&
			   ((at = masking_find_clause(&field, "for")) != NULL)) {
			masking_add_mailboxes(
				masking, at, (size_t)(field.body + field.body_length - at));
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

/* A soft line break of quoted-printable, which what is broken goes on behind. */
static size_t soft_break(const char *octets, size_t length)
{
	if (length >= 3 && memcmp(octets, "=\r\n", 3) == 0)
		return 3;
	return length >= 2 && memcmp(octets, "=\n", 2) == 0 ? 2 : 0;
}

/* How many octets here are those wanted, in whatever case and with soft line breaks in between; 0:
 * they are not. */
static size_t match_octets(const char *octets, size_t length, const char *wanted, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		size_t skip;
		while (i > 0 && at < length && (skip = soft_break(octets + at, length - at)) > 0)
			at += skip;
		if (at >= length ||
			tolower((unsigned char)octets[at]) != tolower((unsigned char)wanted[i]))
			return 0;
		at++;
	}
	return at;
}

/* How many octets here are a secret; 0: they are not. */
static size_t match_secret(const struct secret *secret, const char *octets, size_t length)
{
	size_t at = match_octets(octets, length, secret->text, secret->at_sign);
	size_t domain, sign;

	if (at == 0 || secret->at_sign == secret->length)
		return at;
	at += soft_break(octets + at, length - at);
	sign = at_sign_length(octets + at, length - at);
	if (sign == 0)
		return 0;
	at += sign + soft_break(octets + at + sign, length - at - sign);
	domain = match_octets(octets + at, length - at, secret->text + secret->at_sign + 1,
		secret->length - secret->at_sign - 1);
	return domain > 0 ? at + domain : 0;
}

static size_t match_any(const struct masking *masking, const char *octets, size_t length)
{
	size_t longest = 0;

	if (length == 0 || !masking->begins_one[(unsigned char)octets[0]])
		return 0;
	for (size_t i = 0; i < masking->count; i++) {
		size_t matched = match_secret(&masking->secrets[i], octets, length);
		if (matched > longest)
			longest = matched;
	}
	return longest;
}

void masking_put_word(const struct masking *masking)
{
	masking->put(masking->context, MASK_WORD, sizeof(MASK_WORD) - 1);
}

void masking_put(const struct masking *masking, const char *octets, size_t length)
{
	if (length > 0)
		masking->put(masking->context, octets, length);
}

/* How long the start of a link is; 0: none begins here. */
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
		size_t skip = soft_break(octets + i, length - i);
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

/* A part of a link, with secrets masked. */
static void put_part(const struct masking *masking, const char *octets, size_t length)
{
	size_t begin = 0; /* of what was not put yet */
	size_t i = 0;

	while (i < length) {
		bool at_word = i == 0 || !is_word_octet(octets[i - 1]);
		size_t matched = at_word ? match_any(masking, octets + i, length - i) : 0;
		if (matched > 0) {
			masking_put(masking, octets + begin, i - begin);
			masking_put_word(masking);
			begin = i + matched;
		}
		i += matched > 0 ? matched : 1;
	}
	masking_put(masking, octets + begin, length - begin);
}

/* The host is shown, paths as far as they are words, and no query or fragment. */
static void put_link(
	const struct masking *masking, const char *octets, size_t scheme, size_t length)
{
	const char *end = octets + length;
	const char *part = octets + scheme;
	const char *next;

	for (next = part; next < end && strchr("/?#", *next) == NULL; next++)
		continue;
	masking_put(masking, octets, scheme);
	put_part(masking, part, (size_t)(next - part));
	while (next < end && *next == '/') {
		masking_put(masking, "/", 1);
		part = ++next;
		while (next < end && strchr("/?#", *next) == NULL)
			next++;
		if (is_token(part, (size_t)(next - part)))
			masking_put_word(masking);
		else
			put_part(masking, part, (size_t)(next - part));
	}
	if (next < end) {
		masking_put(masking, next, 1);
		masking_put_word(masking);
	}
}

void masking_put_text(const struct masking *masking, const char *octets, size_t length)
{
	size_t begin = 0; /* of what was not put yet */
	size_t i = 0;

	while (i < length) {
		bool at_word = i == 0 || !is_word_octet(octets[i - 1]);
		size_t matched = at_word ? match_any(masking, octets + i, length - i) : 0;
		size_t scheme = scheme_length(octets + i, length - i);
		if (scheme > 0) {
			size_t link =
				scheme + link_length(octets + i + scheme, length - i - scheme);
			masking_put(masking, octets + begin, i - begin);
			put_link(masking, octets + i, scheme, link);
			begin = i += link;
		} else if (matched > 0) {
			masking_put(masking, octets + begin, i - begin);
			masking_put_word(masking);
			begin = i += matched;
		} else {
			i++;
		}
	}
	masking_put(masking, octets + begin, length - begin);
}
