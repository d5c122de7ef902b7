/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_SELFTEST_PROXY_H
#define PROBE_SELFTEST_PROXY_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/result.h"

struct event_base;

/*
 * The open proxy of the self-test: HTTP CONNECT on a port of loopback that the system picks, to our
 * own targets and nowhere else. It lives as long as the self-test.
 */
struct selftest_proxy;

/* On 127.0.0.1 or ::1; address_r is where. targets must outlive it. ERR_MEMORY or ERR_IO. */
int selftest_proxy_new(struct event_base *loop, const struct target *targets, size_t target_count,
	bool ipv4, struct selftest_proxy **proxy_r, struct target *address_r)
	__attribute__((warn_unused_result));

/* Where the system put a socket. ERR_IO. */
int selftest_proxy_find_address(int fd, struct target *address_r)
	__attribute__((warn_unused_result));

void selftest_proxy_free(struct selftest_proxy **proxy);

#endif
