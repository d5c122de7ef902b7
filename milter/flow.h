/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_FLOW_H
#define MILTER_FLOW_H

#include "core/reply.h"
#include "milter/session.h"

/*
 * What happens to a connection, without libmilter: look up, decide, record, answer. What on_error
 * says about databases that cannot be used is applied here and nowhere else.
 */

/*
 * Looks a client up. *session_r is NULL for a client to accept at once, without further steps.
 */
void flow_connect(const struct addr *addr, struct session **session_r);

/*
 * One step: STAGE_HELO, STAGE_MAIL or STAGE_RCPT. session->client must have what is known by then;
 * recipient is a mailbox as from client_set_mailbox(), "" before STAGE_RCPT. The hit of a reply
 * with ANSWER_REFUSE or ANSWER_DEFER is on disk, unless that failed and on_error is tempfail.
 */
struct reply flow_step(struct session *session, enum stage stage, const char *recipient);

/*
 * Notes a recipient of a client that is not listed; a message to one of trap_recipients becomes a
 * nomination. argument is that of RCPT.
 */
void flow_trap(struct session *session, const char *argument, const char *recipient);

/* The end of the connection. A listed client without a hit gets one: it left before the reply. */
void flow_close(struct session *session);

#endif
