/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_FLOW_H
#define MILTER_FLOW_H

#include "core/reply.h"
#include "milter/session.h"

/*
 * The story of a connection, without libmilter: look up, decide, record, answer. The rule for
 * databases that cannot be used (on_error) lives here, once.
 */

/*
 * Looks a client up. The session is made only for one that more is to be asked of; *session_r is
 * NULL for all others, which are accepted and forgotten.
 */
void flow_connect(const struct addr *addr, struct session **session_r);

/*
 * One step: STAGE_HELO, STAGE_MAIL or STAGE_RCPT. session->client says what is known by then;
 * recipient is a mailbox as client_set_mailbox() leaves it, "" before STAGE_RCPT. A reply of
 * ANSWER_REFUSE or ANSWER_DEFER has its hit on disk.
 */
struct reply flow_step(struct session *session, enum stage stage, const char *recipient);

/*
 * A recipient of a message from a client that is not listed: one of trap_recipients is taken down,
 * so that the message becomes a nomination. argument is RCPT's as it came.
 */
void flow_trap(struct session *session, const char *argument, const char *recipient);

/* The end of the connection: a listed client that was told nothing leaves a hit too. */
void flow_close(struct session *session);

#endif
