/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_REDACT_H
#define MAIL_REDACT_H

#include <stdbool.h>
#include <stddef.h>

struct identity;

/* What is shown in the place of something that is not. */
#define REDACT_MARK "[masked]"

/*
 * Gives text for the public: only what is known to be harmless is kept, everything else becomes
 * REDACT_MARK. Kept are plain words of one script that betray nobody, short numbers, white space
 * and punctuation, and of a link its scheme and the last labels of its host. Mailboxes are kept
 * only if they are the sender's (NULL: none is). The text is UTF-8, invalid octets or not; what is
 * returned is valid UTF-8 without format and control characters, to be freed with g_free().
 */
char *redact_text(const struct identity *identity, const char *sender, const char *text);

/* The same for a host name: labels that betray somebody or look like a token are masked. */
char *redact_host(const struct identity *identity, const char *host);

/* Whether pieces that betray nobody do so when they are put together: "ja" and "ne". NULL ends
 * them. */
bool redact_is_cut_name(const struct identity *identity, char *const *pieces);

/*
 * The same for a sender's mailbox: "[masked]@example.net" if the local part is not plain, as in
 * VERP. An empty one stays empty.
 */
char *redact_sender(const struct identity *identity, const char *mailbox);

#endif
