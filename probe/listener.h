/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_LISTENER_H
#define PROBE_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "probe/result.h"
#include "probe/token.h"

struct event_base;
struct listener;
struct text;

/*
 * A token that may arrive, while a probe waits for it. Belongs to the probe, which takes it back
 * with listener_forget() at its end. It serves once.
 */
struct expectation {
	const char *token;
	const char *answer;
	/* The token came, from egress; the answer is on its way. */
	void (*seen)(void *context, const struct addr *egress);
	void *context;
	/* The listener's: whether it is in its table, and where. */
	bool awaited;
	LIST_ENTRY(expectation) entry;
};

/*
 * Listens at each target: on its own address, or on all of the machine's where it does not have
 * that one; except on loopback, if another program has the port there. A caller that brings an
 * expected token gets its answer; any other caller is told who listens here (site_url, which must
 * outlive it). ERR_IO: message_r says which could not be opened and why.
 */
int listener_new(struct event_base *loop, const struct target *targets, size_t count,
	const char *site_url, struct listener **listener_r, struct text *message_r)
	__attribute__((warn_unused_result));

/* No token may be expected any more. */
void listener_free(struct listener **listener);

void listener_expect(struct listener *listener, struct expectation *expectation);
void listener_forget(struct expectation *expectation);

#endif
