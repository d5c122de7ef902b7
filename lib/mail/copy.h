/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_COPY_H
#define MAIL_COPY_H

#include <stddef.h>

/* Mailboxes that are masked wherever they are, beside the message's recipients: those of traps. */
struct copy_also {
	const char *const *mailboxes;
	size_t count;
};

/* Makes the library ready. For the first thread, once, before copy_show(). */
void copy_start(void);

/*
 * Shows the public a copy of a message (RFC 5322 and MIME, any octets): as UTF-8 text, and of that
 * only what cannot tell who received it. The header is shown by a list of fields that are
 * harmless; of the others only their names. Text and HTML are decoded and shown as redact_text()
 * gives them, attachments by type, size and SHA-256, attached messages by the same rules. What
 * cannot be decoded is named and hidden. also may be NULL. Pieces given to put are valid UTF-8. Any
 * thread.
 */
void copy_show(const char *octets, size_t length, const struct copy_also *also,
	void (*put)(void *context, const char *octets, size_t length), void *context);

#endif
