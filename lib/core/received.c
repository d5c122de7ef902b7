/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the client's address from Received fields, as servers of several makes write it. */
#include "core/received.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "core/header.h"

/* A part of a field. */
struct span {
	const char *at;
	size_t length;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What is left of a span after its first octets, or after the white space in front. */
static struct span skip(struct span span, size_t octets)
{
	return (struct span){span.at + octets, span.length - octets};
}

static struct span skip_space(struct span span)
{
	while (span.length > 0 && is_space(*span.at))
		span = skip(span, 1);
	return span;
}

/* Whether span starts with a word and a space. */
static bool has_word(struct span span, const char *word)
{
	size_t length = strlen(word);

	return span.length > length && strncasecmp(span.at, word, length) == 0 &&
	       is_space(span.at[length]);
}

/* The position of the next octet, and its depth in comments. Quoted pairs are skipped. */
static size_t step(struct span body, size_t at, unsigned *depth)
{
	if (body.at[at] == '\\' && at + 1 < body.length)
		return at + 2;
	if (body.at[at] == '(')
		++*depth;
	else if (body.at[at] == ')' && *depth > 0)
		--*depth;
	return at + 1;
}

/* Finds what is between "from" and "by"; false if one of them is missing. */
static bool find_from_clause(struct span body, struct span *clause_r)
{
	unsigned depth = 0;

	body = skip_space(body);
	if (!has_word(body, "from"))
		return false;
	body = skip(body, 4);
	for (size_t i = 0; i < body.length; i = step(body, i, &depth)) {
		if (depth == 0 && i > 0 && is_space(body.at[i - 1]) &&
			has_word(skip(body, i), "by")) {
			*clause_r = (struct span){body.at, i};
			return true;
		}
	}
	return false;
}

/* Reads all of a span as an address, with or without "IPv6:". */
static bool read_address(struct span span, struct addr *addr_r)
{
	if (span.length > 5 && strncasecmp(span.at, "IPv6:", 5) == 0)
		span = skip(span, 5);
	return addr_parse_octets(span.at, span.length, addr_r) == ERR_NONE;
}

/* A comment without what the client chose: Exim's helo= and ident=, and all of qmail's (HELO name).
 */
static struct span leave_out_helo(struct span comment)
{
	static const char *const words[] = {"helo=", "ehlo=", "ident="};

	if (has_word(comment, "HELO") || has_word(comment, "EHLO"))
		return (struct span){comment.at, 0};
	for (size_t i = 0; i < comment.length; i++) {
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
			size_t length = strlen(words[k]);
			if (comment.length - i >= length &&
				strncasecmp(comment.at + i, words[k], length) == 0)
				return (struct span){comment.at, i};
		}
	}
	return comment;
}

/* Reads the last pair of brackets: Sendmail writes what the client's ident server said before it.
 */
static bool find_in_brackets(struct span comment, struct addr *addr_r)
{
	size_t close = comment.length;
	size_t open;

	while (close > 0 && comment.at[close - 1] != ']')
		close--;
	open = close;
	while (open > 0 && comment.at[open - 1] != '[')
		open--;
	return open > 0 && read_address((struct span){comment.at + open, close - 1 - open}, addr_r);
}

/* The address in brackets, or the whole comment, as of Exchange and qmail; then a port may follow.
 */
static bool find_in_comment(struct span comment, struct addr *addr_r)
{
	size_t bare = 0;

	comment = leave_out_helo(comment);
	if (memchr(comment.at, '[', comment.length) != NULL)
		return find_in_brackets(comment, addr_r);
	while (bare < comment.length && (isxdigit((unsigned char)comment.at[bare]) ||
						comment.at[bare] == '.' || comment.at[bare] == ':'))
		bare++;
	if (bare < comment.length && !is_space(comment.at[bare]))
		return false;
	return read_address((struct span){comment.at, bare}, addr_r);
}

/* The address in the last comment that has one: names that the client chose come before it. */
static bool find_in_comments(struct span clause, struct addr *addr_r)
{
	unsigned depth = 0;
	size_t begin = 0;
	bool found = false;
	struct addr addr;

	for (size_t i = 0; i < clause.length;) {
		unsigned before = depth;
		size_t next = step(clause, i, &depth);
		if (before == 0 && depth == 1)
			begin = next;
		if (before == 1 && depth == 0 &&
			find_in_comment((struct span){clause.at + begin, i - begin}, &addr)) {
			*addr_r = addr;
			found = true;
		}
		i = next;
	}
	return found;
}

/* Exim: "from [192.0.2.1] (helo=name)", the address first as there is no name for it. */
static bool find_before_helo(struct span clause, struct addr *addr_r)
{
	const char *end = clause.at + clause.length;
	const char *close;

	clause = skip_space(clause);
	if (clause.length == 0 || *clause.at != '[')
		return false;
	clause = skip(clause, 1);
	close = memchr(clause.at, ']', clause.length);
	if (close == NULL ||
		!read_address((struct span){clause.at, (size_t)(close - clause.at)}, addr_r))
		return false;
	for (close++; close < end && is_space(*close); close++)
		continue;
	for (; close < end && *close != ')'; close++)
		if (end - close > 5 && strncasecmp(close, "helo=", 5) == 0)
			return true;
	return false;
}

bool received_client(const char *body, size_t length, struct addr *addr_r)
{
	struct span clause;

	memset(addr_r, 0, sizeof(*addr_r));
	if (!find_from_clause((struct span){body, length}, &clause))
		return false;
	return find_in_comments(clause, addr_r) || find_before_helo(clause, addr_r);
}

bool received_names(const char *octets, size_t length, const struct addr *addr)
{
	struct header_reader reader;
	struct header_field field;
	struct addr client;
	int left = RECEIVED_MAX;

	header_begin(&reader, octets, length);
	while (left > 0 && header_next(&reader, &field)) {
		if (!header_is(&field, "Received"))
			continue;
		left--;
		if (received_client(field.body, field.body_length, &client) &&
			addr_compare(&client, addr) == 0)
			return true;
	}
	return false;
}
