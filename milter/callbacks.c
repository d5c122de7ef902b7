/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions that libmilter calls at each step of an SMTP session. */
#include "milter/callbacks.h"

#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "milter/answer.h"
#include "milter/flow.h"
#include "milter/session.h"

static const char *macro(SMFICTX *context, const char *name)
{
	return smfi_getsymval(context, (char *)name);
}

static void end_session(SMFICTX *context)
{
	struct session *session = smfi_getpriv(context);

	smfi_setpriv(context, NULL);
	session_free(&session);
}

static void set_client(SMFICTX *context, struct client *client, const char *hostname)
{
	const char *version = macro(context, "v");

	client_set(client->name, sizeof(client->name), hostname);
	client_set(client->mta, sizeof(client->mta), macro(context, "j"));
	client->mta_shows_recipient =
		version == NULL || strncmp(version, "Postfix", strlen("Postfix")) != 0;
}

/* Only trap recipients need the body and the removal of recipients. */
static sfsistat on_negotiate(SMFICTX *context, unsigned long actions, unsigned long steps,
	unsigned long unused_2, unsigned long unused_3, unsigned long *actions_r,
	unsigned long *steps_r, unsigned long *unused_2_r, unsigned long *unused_3_r)
{
	struct filter *filter = filter_hold();
	bool traps = filter->conf->milter.trap_recipient_count > 0;

	(void)context;
	(void)unused_2;
	(void)unused_3;
	filter_release(&filter);
	*actions_r = actions & (SMFIF_ADDHDRS | SMFIF_CHGHDRS | (traps ? SMFIF_DELRCPT : 0));
	*steps_r = steps & (SMFIP_NOUNKNOWN | (traps ? 0 : SMFIP_NOEOH | SMFIP_NOBODY));
	*unused_2_r = *unused_3_r = 0;
	return SMFIS_CONTINUE;
}

static sfsistat on_connect(SMFICTX *context, char *hostname, _SOCK_ADDR *sockaddr)
{
	struct addr addr;

	end_session(context); /* after XCLIENT a connection begins again */
	if (addr_from_sockaddr(sockaddr, &addr) != ERR_NONE)
		return SMFIS_ACCEPT;
	struct session *session;
	flow_connect(&addr, &session);
	if (session == NULL)
		return SMFIS_ACCEPT;
	set_client(context, &session->client, hostname);
	smfi_setpriv(context, session);
	return SMFIS_CONTINUE;
}

static sfsistat on_helo(SMFICTX *context, char *helo)
{
	struct session *session = smfi_getpriv(context);

	if (session == NULL)
		return SMFIS_ACCEPT;
	client_set(session->client.helo, sizeof(session->client.helo), helo);
	struct reply reply = flow_step(session, STAGE_HELO, "");
	return answer_give(context, &reply);
}

static sfsistat on_mail(SMFICTX *context, char **arguments)
{
	struct session *session = smfi_getpriv(context);

	if (session == NULL)
		return SMFIS_ACCEPT;
	/* Not when a message is aborted: the end of a connection is an abort too, and the hit of a
	 * client that left names the sender. */
	session_end_message(session);
	struct client *client = &session->client;
	client_set_mailbox(client->mail_from, sizeof(client->mail_from), arguments[0]);
	client_set(client->login, sizeof(client->login), macro(context, "{auth_authen}"));
	client_set(client->queue_id, sizeof(client->queue_id), macro(context, "i"));
	struct reply reply = flow_step(session, STAGE_MAIL, "");
	return answer_give(context, &reply);
}

static sfsistat on_rcpt(SMFICTX *context, char **arguments)
{
	struct session *session = smfi_getpriv(context);
	char recipient[MAILBOX_SIZE];

	if (session == NULL)
		return SMFIS_ACCEPT;
	client_set_mailbox(recipient, sizeof(recipient), arguments[0]);
	client_set(session->client.queue_id, sizeof(session->client.queue_id), macro(context, "i"));
	if (session->unlisted)
		flow_trap(session, arguments[0], recipient);
	struct reply reply = flow_step(session, STAGE_RCPT, recipient);
	return answer_give(context, &reply);
}

/* Only the headers of a message to tag are needed, but all of a message to a trap recipient. */
static sfsistat on_data(SMFICTX *context)
{
	struct session *session = smfi_getpriv(context);

	if (session != NULL && session->trap.count > 0) {
		trap_begin_copy(&session->trap, &session->client);
		return SMFIS_CONTINUE;
	}
	return session != NULL && session->tagging.cleaned ? SMFIS_CONTINUE : SMFIS_ACCEPT;
}

static sfsistat on_header(SMFICTX *context, char *name, char *value)
{
	struct session *session = smfi_getpriv(context);

	if (session != NULL && session->trap.count > 0)
		trap_add_header(&session->trap, name, value);
	if (session != NULL && strcasecmp(name, ANSWER_HEADER) == 0)
		session->forged_count++;
	return SMFIS_CONTINUE;
}

static sfsistat on_end_of_headers(SMFICTX *context)
{
	struct session *session = smfi_getpriv(context);

	if (session != NULL && session->trap.count > 0)
		trap_add(&session->trap, "\n", 1);
	return SMFIS_CONTINUE;
}

static sfsistat on_body(SMFICTX *context, unsigned char *octets, size_t length)
{
	struct session *session = smfi_getpriv(context);

	if (session != NULL && session->trap.count > 0)
		trap_add(&session->trap, octets, length);
	return SMFIS_CONTINUE;
}

static sfsistat on_end_of_message(SMFICTX *context)
{
	struct session *session = smfi_getpriv(context);
	sfsistat status = SMFIS_CONTINUE;

	if (session == NULL)
		return SMFIS_ACCEPT;
	if (session->trap.count > 0) {
		status = answer_trap(context, &session->trap);
		trap_file(&session->trap, session->filter, &session->client);
	}
	if (session->tagging.cleaned)
		status = answer_tag(context, session->tagging.tagged ? &session->tag : NULL,
			session->forged_count);
	session_end_message(session);
	return status;
}

static sfsistat on_close(SMFICTX *context)
{
	struct session *session = smfi_getpriv(context);

	if (session != NULL)
		flow_close(session);
	end_session(context);
	return SMFIS_CONTINUE;
}

static char name[] = "opsmilter";

struct smfiDesc callbacks = {
	.xxfi_name = name,
	.xxfi_version = SMFI_VERSION,
	.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT,
	.xxfi_negotiate = on_negotiate,
	.xxfi_connect = on_connect,
	.xxfi_helo = on_helo,
	.xxfi_envfrom = on_mail,
	.xxfi_envrcpt = on_rcpt,
	.xxfi_data = on_data,
	.xxfi_header = on_header,
	.xxfi_eoh = on_end_of_headers,
	.xxfi_body = on_body,
	.xxfi_eom = on_end_of_message,
	.xxfi_close = on_close,
};
