/* SPDX-License-Identifier: BSD-2-Clause */
/* Which clients and recipients are exempt. */
#include "core/policy.h"

#include <string.h>
#include <strings.h>

bool policy_exempts_client(const struct policy *policy, const struct addr *addr)
{
	return network_find(policy->exempt_clients, policy->exempt_client_count, addr) != NULL;
}

/* Up to the last "@": a quoted local part may contain others. */
static size_t local_part_length(const char *mailbox)
{
	const char *at = strrchr(mailbox, '@');

	return at == NULL ? strlen(mailbox) : (size_t)(at - mailbox);
}

static bool local_part_matches(const char *mailbox, const char *local, size_t local_length)
{
	size_t length = local_part_length(mailbox);

	if (length >= 2 && mailbox[0] == '"' && mailbox[length - 1] == '"') {
		mailbox++;
		length -= 2;
	}
	return length == local_length && strncasecmp(mailbox, local, length) == 0;
}

static bool recipient_matches(const char *pattern, const char *mailbox)
{
	size_t local_length = local_part_length(pattern);

	if (!local_part_matches(mailbox, pattern, local_length))
		return false;
	const char *domain = pattern + local_length + 1;
	if (*domain == '\0')
		return true;
	const char *at = strrchr(mailbox, '@');
	return at != NULL && strcasecmp(at + 1, domain) == 0;
}

bool policy_exempts_recipient(const struct policy *policy, const char *mailbox)
{
	for (size_t i = 0; i < policy->exempt_recipient_count; i++) {
		if (recipient_matches(policy->exempt_recipients[i], mailbox))
			return true;
	}
	return false;
}

bool policy_recipient_valid(const char *pattern)
{
	const char *at = strchr(pattern, '@');

	if (at == NULL || at == pattern || strchr(at + 1, '@') != NULL)
		return false;
	if (strlen(pattern) >= MAILBOX_SIZE)
		return false;
	for (const char *c = pattern; *c != '\0'; c++) {
		if (*c <= ' ' || *c > '~' || strchr("<>\"", *c) != NULL)
			return false;
	}
	return true;
}
