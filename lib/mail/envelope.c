/* SPDX-License-Identifier: BSD-2-Clause */
/* The envelope of a refusal, for the public. */
#include "mail/envelope.h"

#include <glib.h>
#include <string.h>

#include "base/text.h"
#include "mail/identity.h"
#include "mail/plain.h"
#include "mail/redact.h"

static void show_recipient(const char *mailbox, char shown_r[ENVELOPE_TEXT_SIZE])
{
	const char *at_sign = strrchr(mailbox, '@');
	struct text text = text_over(shown_r, ENVELOPE_TEXT_SIZE);

	if (mailbox[0] == '\0')
		return;
	if (at_sign == NULL || !g_ascii_isalnum(mailbox[0]))
		text_add(&text, REDACT_MARK);
	else
		text_add_format(&text, "%c***%s", mailbox[0], at_sign);
}

/* A host name, or an address literal such as "[192.0.2.1]", which is shown as it is. */
static void show_host(
	const struct identity *identity, const char *host, char shown_r[ENVELOPE_TEXT_SIZE])
{
	size_t brackets = host[0] == '[' ? 1 : 0;
	char *name = g_strndup(host + brackets, strcspn(host + brackets, "]"));
	char *shown = plain_address(name) ? g_strdup(host) : redact_host(identity, host);

	(void)text_copy(shown_r, ENVELOPE_TEXT_SIZE, shown);
	g_free(shown);
	g_free(name);
}

void envelope_show(const struct envelope_names *names, struct envelope *envelope_r)
{
	struct identity *identity = identity_new();
	char *sender;

	identity_add_mailbox(identity, names->recipient);
	sender = redact_sender(identity, names->sender);
	(void)text_copy(envelope_r->sender, sizeof(envelope_r->sender), sender);
	show_recipient(names->recipient, envelope_r->recipient);
	show_host(identity, names->helo, envelope_r->helo);
	show_host(identity, names->client_name, envelope_r->client_name);
	g_free(sender);
	identity_free(&identity);
}
