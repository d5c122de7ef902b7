/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MASK_H
#define CORE_MASK_H

#include <stddef.h>

/* What is shown in place of something that the public must not see. */
#define MASK_WORD "[masked]"

/* Octets of a masked mailbox, NUL included. */
#define MASK_MAILBOX_SIZE 260

/* "u***@example.org" of "user@example.org": its sender recognises it. "" stays "". */
void mask_mailbox(const char *mailbox, char masked_r[MASK_MAILBOX_SIZE]);

/* Mailboxes that are masked wherever they are written, such as those of traps. Not copied. */
struct mask_also {
	const char *const *mailboxes;
	size_t count;
};

/*
 * Passes a message (RFC 5322, with or without a line of mbox in front, any octets) to `put`, piece
 * by piece, without what identifies its recipients:
 * - fields that name recipients, message ids, and where to unsubscribe;
 * - "for" and "id" of Received fields;
 * - the recipients' addresses (also as user%40host, user=40host and user=host), names and local
 *   parts, wherever they are written; those in `also` (NULL: none) count as recipients;
 * - the query of links, and parts of their path that look like tokens;
 * - parts in base64.
 * Everything that is put comes from the message, except MASK_WORD and a note in place of an omitted
 * part. No piece ends within a character.
 */
void mask_message(const char *octets, size_t length, const struct mask_also *also,
	void (*put)(void *context, const char *octets, size_t length), void *context);

#endif
