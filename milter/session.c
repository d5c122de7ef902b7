/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of one SMTP connection. */
#include "milter/session.h"

#include <stdlib.h>

struct session *session_new(struct filter *filter, const struct addr *addr)
{
	struct session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	session->filter = filter;
	session->client.addr = *addr;
	return session;
}

void session_free(struct session **session)
{
	if (*session == NULL)
		return;
	trap_end_message(&(*session)->trap);
	filter_release(&(*session)->filter);
	free(*session);
	*session = NULL;
}

void session_end_message(struct session *session)
{
	session->tagging = session->tagging_at_helo;
	session->forged_count = 0;
	trap_end_message(&session->trap);
	session->client.mail_from[0] = '\0';
	session->client.queue_id[0] = '\0';
}
