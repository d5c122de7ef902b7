/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_ENGINE_H
#define PROBE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/result.h"

struct engine;
struct event_base;
struct text;

/* What the engine works with. It copies what it keeps. */
struct engine_settings {
	const struct target
		*targets; /* where our listener is reached from outside, tried in this order */
	size_t target_count;
	const char *site_url; /* in User-Agent and greeting, so that an owner can find out */
	int connect_timeout_msecs;
	int probe_timeout_msecs; /* absolute: a tarpit that drips gains nothing */
	int test_timeout_msecs;  /* of the test of a host; what has not answered by then did not */
	size_t max_sockets;      /* in all; further probes wait */
};

/*
 * Opens the listeners: each target's port on the target's own address, or on all of the machine's
 * where it does not have that one (behind a router). To be called before root's privileges are
 * dropped. ERR_IO, and message_r says which.
 */
int engine_new(struct event_base *loop, const struct engine_settings *settings,
	struct engine **engine_r, struct text *message_r) __attribute__((warn_unused_result));

/* Tests under way end without a call of done. */
void engine_free(struct engine **engine);

/*
 * Tests a host at the given ports: those in_evidence first, protocols only where a port takes a
 * connection. done is called once, later, from the loop. ERR_MEMORY; ERR_RANGE: no target is of the
 * host's family or ports is empty.
 */
int engine_test(struct engine *engine, const struct addr *host, const struct probe_port *ports,
	size_t port_count, const struct test_options *options, const struct host_events *events)
	__attribute__((warn_unused_result));

#endif
