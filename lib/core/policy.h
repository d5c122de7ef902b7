/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/network.h"
#include "core/client.h"

/* What happens to mail while the databases cannot be used. */
enum on_error { ON_ERROR_ACCEPT, ON_ERROR_TEMPFAIL };

/* The configured rules for refusing mail. Read-only while sessions use it. */
struct policy {
	struct network *exempt_clients;
	size_t exempt_client_count;
	char **exempt_recipients; /* "postmaster@" (at any domain) or a whole address */
	size_t exempt_recipient_count;
	bool exempt_authenticated;
	enum stage reject_at; /* STAGE_HELO, STAGE_MAIL or STAGE_RCPT */
	enum on_error on_error;
};

bool policy_exempts_client(const struct policy *policy, const struct addr *addr);

/*
 * Whether a recipient, as client_set_mailbox() returns it, is exempt. Case does not count.
 * "postmaster@" also matches the bare <postmaster> that every server must accept (RFC 5321, 4.5.1),
 * and the quoted "postmaster"@example.org.
 */
bool policy_exempts_recipient(const struct policy *policy, const char *mailbox);

/* "postmaster@" or "user@example.org": one local part, printable ASCII, no blanks or brackets. */
bool policy_recipient_valid(const char *pattern);

#endif
