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

/* Mailboxes that are masked wherever they stand, such as those of traps. Not copied. */
struct mask_also {
	const char *const *mailboxes;
	size_t count;
};

/*
 * Gives a message (RFC 5322, with a line of mbox in front or not, any octets) to `put`, piece by
 * piece, without what would tell whom it was sent to: the fields that name recipients, message ids
 * and where to unsubscribe; the "for" and "id" of Received fields; wherever else they stand, the
 * recipients' addresses (also as user%40host, user=40host and user=host), names and local parts; in
 * links the query and what looks like a token; and parts in base64. also (NULL: nothing) counts as
 * recipients. Nothing is put that was not in
 * the message, but MASK_WORD and a note for a part left out. No piece ends within a character.
 */
void mask_message(const char *octets, size_t length, const struct mask_also *also,
	void (*put)(void *context, const char *octets, size_t length), void *context);

#endif
