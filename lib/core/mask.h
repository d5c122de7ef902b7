/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MASK_H
#define CORE_MASK_H

#include <stddef.h>

/* What stands in the place of something that the public may not see. */
#define MASK_WORD "[masked]"

/* Octets of a masked mailbox, NUL included. */
#define MASK_MAILBOX_SIZE 260

/* "u***@example.org" of "user@example.org": whoever sent to it knows which it is. "" stays "". */
void mask_mailbox(const char *mailbox, char masked_r[MASK_MAILBOX_SIZE]);

/*
 * Gives a message (RFC 5322, with a line of mbox in front or not, any octets) to `put`, piece by
 * piece, without what would tell whom it was sent to: the fields that name recipients, message ids
 * and where to unsubscribe; the "for" and "id" of Received fields; wherever else they stand, the
 * recipients' addresses (also as user%40host, user=40host and user=host), names and local parts; in
 * links the query and what looks like a token; and parts in base64. Nothing is put that was not in
 * the message, but MASK_WORD and a note for a part left out. No piece ends within a character.
 */
void mask_message(const char *octets, size_t length,
	void (*put)(void *context, const char *octets, size_t length), void *context);

#endif
