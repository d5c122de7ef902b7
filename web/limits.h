/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_LIMITS_H
#define WEB_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/* What is limited for each client. */
enum allowance {
	ALLOWANCE_LOOKUPS,     /* per hour */
	ALLOWANCE_NOMINATIONS, /* per day */
	ALLOWANCE_REMOVALS,    /* requests for removal, per day */
	ALLOWANCES,
};

/*
 * Counts what clients do, each up to a number in a span of time that begins with its first. IPv6
 * clients count by /64, which is what one subscriber has. The size is fixed: when there are very
 * many clients, those whose span began first are forgotten. Any thread.
 */
struct limits;

/* ERR_MEMORY. */
int limits_new(struct limits **limits_r) __attribute__((warn_unused_result));
void limits_free(struct limits **limits);

/* Counts one more for a client; false if it had `most` in this span already. now is in seconds of
 * the monotonic clock. wait_secs_r: until the span is over. */
bool limits_take(struct limits *limits, enum allowance allowance, const struct addr *client,
	int64_t now, long most, int64_t span_secs, int64_t *wait_secs_r);

#endif
