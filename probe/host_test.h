/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_HOST_TEST_H
#define PROBE_HOST_TEST_H

#include "probe/attempt.h"

struct slots;

/* The test of one host: its ports, the protocols at those that are open, the targets in turn. All
 * on the loop's thread. */
struct host_test;

/* What all tests share. It must outlive them. */
struct host_test_settings {
	struct attempt_settings attempts;
	const struct target *targets;
	size_t target_count;
	struct timeval timeout; /* of a whole test */
	struct slots *slots;
};

/* All of it, or ERR_MEMORY, or ERR_RANGE as engine_test(). */
int host_test_new(const struct host_test_settings *settings, const struct addr *host,
	const struct probe_port *ports, size_t port_count, const struct test_options *options,
	const struct host_events *events, struct host_test **test_r)
	__attribute__((warn_unused_result));

/* Ends a test without a call of done. Takes NULL. */
void host_test_free(struct host_test **test);

/* Queues the first probe of each port. */
void host_test_begin(struct host_test *test);

/* Whether all its probes are over. */
bool host_test_is_over(const struct host_test *test);

/* Calls done with what was found. */
void host_test_give_result(struct host_test *test);

#endif
