/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_PLAIN_H
#define MAIL_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

struct identity;

/*
 * What is harmless in text that the public sees: a list of what may be shown, so that whatever
 * nobody thought of is not. All strings are valid UTF-8 in composed form (NFKC).
 */

/*
 * A plain word: up to five parts joined by one of - ' . & or an apostrophe, each a run of letters
 * of one script with no strange mixture of upper and lower case, or a short number, and none that
 * betrays somebody. "don't", "24-hour", "AT&T"; not "jane.doe", "a8f3k2", "x=y".
 */
bool plain_word(const struct identity *identity, const char *word);

/* A short number with its separators and up to two letters behind it: 5, 1,000.00, 3pm, 12/24. */
bool plain_number(const char *word);

/* An IPv4 address, or any IP address, "IPv6:2001:db8::1" included. */
bool plain_ipv4(const char *word);
bool plain_address(const char *word);

/* Whether a word looks like a host name: labels with dots, the last one of letters. */
bool plain_host(const char *word);

/* A label of a host name: one that betrays nobody and is no token. */
bool plain_label(const struct identity *identity, const char *label);

/* Up to a few punctuation marks, or a line of one mark repeated, "-----". */
bool plain_marks(const char *text, size_t length);

/* The octets of the marks that a word begins, or ends with. */
size_t plain_leading_marks(const char *word);
size_t plain_trailing_marks(const char *word);

#endif
