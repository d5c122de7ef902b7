/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_VERDICT_H
#define CORE_VERDICT_H

#include <stddef.h>

#include "core/client.h"
#include "core/hit.h"
#include "core/listing.h"
#include "core/policy.h"

/* What the MTA is told at one step. */
enum answer {
	ANSWER_CONTINUE, /* go on, and ask again at the next step */
	ANSWER_ACCEPT,   /* nothing more is asked of this message */
	ANSWER_REFUSE,   /* 550 */
	ANSWER_DEFER,    /* 450 */
};

/* What is done at one step, and what the hit log keeps of it. */
struct decision {
	enum answer answer;
	enum hit_action action; /* HIT_NONE: no row */
	const char *why;        /* for HIT_EXEMPT: what exempts; else empty */
};

/*
 * Which of a client's listings decides: the strictest action, and among equals the most specific
 * network. The listings are the most specific one of each list. count is at least 1.
 */
const struct listing *verdict_choose(const struct listing *listings, size_t count);

/*
 * The decision for one step of a listed client's session: at STAGE_RCPT about one recipient (a
 * mailbox as client_set_mailbox() leaves it), before it about the message; recipient is "" there.
 */
struct decision verdict_decide(const struct policy *policy, const struct listing *listing,
	const struct client *client, enum stage stage, const char *recipient);

#endif
