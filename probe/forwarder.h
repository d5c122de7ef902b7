/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_FORWARDER_H
#define PROBE_FORWARDER_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/result.h"

struct event_base;

/*
 * The open proxy of the self-test: HTTP CONNECT on a port of loopback that the system picks, to our
 * own targets and nowhere else. It lives as long as the self-test.
 */
struct forwarder;

/* On 127.0.0.1 or ::1; address_r is where. targets must outlive it. ERR_MEMORY or ERR_IO. */
int forwarder_new(struct event_base *loop, const struct target *targets, size_t target_count,
	bool ipv4, struct forwarder **forwarder_r, struct target *address_r)
	__attribute__((warn_unused_result));

/* Where the system put a socket. ERR_IO. */
int forwarder_find_address(int fd, struct target *address_r) __attribute__((warn_unused_result));

void forwarder_free(struct forwarder **forwarder);

#endif
