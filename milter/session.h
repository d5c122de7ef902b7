/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_SESSION_H
#define MILTER_SESSION_H

#include <stdbool.h>

#include "core/client.h"
#include "core/hit.h"
#include "core/listing.h"
#include "core/reply.h"
#include "milter/filter.h"
#include "milter/trap.h"

/*
 * One SMTP connection of a client that may be refused. libmilter calls its callbacks one after
 * another, but on any thread, so all state is here.
 */
struct session {
	struct filter *filter; /* held */
	struct client client;
	struct listing listing; /* the one that decides */
	bool unknown;           /* the look-up failed and on_error is tempfail: no listing */
	bool recorded;          /* this connection has a hit */
	bool unlisted;          /* it may have mail for trap recipients: no listing */

	bool helo_answered; /* a second HELO or EHLO gets the answer of the first, and no hit */
	struct reply helo_answer;

	/* What happens to the X-OPS-Listed headers of a message. */
	struct tagging {
		bool cleaned; /* the client's own are removed, also when the hit is not recorded */
		bool tagged;  /* ours is inserted */
	} tagging, tagging_at_helo; /* of the current message; of each one, decided at HELO */
	struct hit tag;             /* the hit whose reference the header shows */

	/* Of the current message. */
	unsigned forged_count; /* headers of ours that the client sent */
	struct trap trap;      /* of an unlisted client */
};

/* Begins a session, which takes over the hold of its filter. NULL: out of memory. */
struct session *session_new(struct filter *filter, const struct addr *addr);

/* Ends it. Takes NULL. */
void session_free(struct session **session);

/* The current message has ended, or the client gave it up. */
void session_end_message(struct session *session);

#endif
