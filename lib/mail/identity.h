/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_IDENTITY_H
#define MAIL_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What is known of the people who received a message: the words that may not be shown. Words are
 * compared folded: without case, accents and compatibility forms (Unicode NFKD), so "JÄNE" is
 * "jane". All text is UTF-8. One thread at a time uses an identity. Out of memory ends the program,
 * as everywhere in GLib.
 */
struct identity;

struct identity *identity_new(void);

/* Takes NULL. */
void identity_free(struct identity **identity);

/*
 * Adds a recipient's mailbox: the words of its local part, whole and apart, and the labels of its
 * domain but the last, in Unicode and in ASCII (RFC 5890). A local part that names another mailbox
 * (VERP "x-user=domain", SRS, BATV) adds that one as well. Anything else is taken as a name.
 */
void identity_add_mailbox(struct identity *identity, const char *mailbox);

/* Adds every word of a text of at least two letters, such as a display name, and the ways in which
 * first and last name are commonly put together. */
void identity_add_words(struct identity *identity, const char *text);

/* Adds every mailbox that a text contains. */
void identity_add_mailboxes_in(struct identity *identity, const char *text);

/* Adds every mailbox that a text contains, and all its other words: a field such as To. */
void identity_add_recipients(struct identity *identity, const char *text);

/*
 * Whether a word gives a recipient away: it is one of the words, or has one of five letters or more
 * (two, outside of the Latin script) in it, or is one of them backwards or in ROT13.
 */
bool identity_betrays(const struct identity *identity, const char *word);

/* The folded form of a text, for comparison; to be freed with g_free(). */
char *identity_fold(const char *text, size_t length);

#endif
