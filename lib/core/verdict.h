/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include <stddef.h>

#include "core/client.h"
#include "core/hit.h"
#include "core/listing.h"
#include "core/policy.h"

/* The answer to the MTA at one step. */
enum answer {
	ANSWER_CONTINUE, /* continue, and ask again at the next step */
	ANSWER_ACCEPT,   /* do not ask again about this message */
	ANSWER_REFUSE,   /* 550 */
	ANSWER_DEFER,    /* 450 */
};

/* The decision at one step, and what the hit log stores of it. */
struct verdict {
	enum answer answer;
	enum hit_action action; /* HIT_NONE: no row */
	const char *why;        /* for HIT_EXEMPT: the reason; else empty */
};

/*
 * Returns the listing that decides: the one with the strictest action, and among equals the most
 * specific network. listings has the most specific listing of each list; count is at least 1.
 */
const struct listing *verdict_choose(const struct listing *listings, size_t count);

/*
 * Decides one step of a listed client's session: at STAGE_RCPT about one recipient (a mailbox as
 * client_set_mailbox() returns it), before it about the message; then recipient is "".
 */
struct verdict verdict_decide(const struct policy *policy, const struct listing *listing,
	const struct client *client, enum stage stage, const char *recipient);

#endif
