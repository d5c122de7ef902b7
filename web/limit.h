/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/*
 * Counts what clients do, each up to a number in a span of time that begins with its first. IPv6
 * clients count by /64, which is what one subscriber has. The size is fixed: when there are very
 * many clients, those whose span began first are forgotten. Any thread.
 */
struct limit;

/* ERR_MEMORY. */
int limit_new(struct limit **limit_r) __attribute__((warn_unused_result));
void limit_free(struct limit **limit);

/* Counts one more for a client; false if it had `most` in this span already. now is in seconds of
 * the monotonic clock. wait_secs_r: until the span is over. */
bool limit_take(struct limit *limit, const struct addr *client, int64_t now, long most,
	int64_t span_secs, int64_t *wait_secs_r);

/* What is limited for each client. */
enum allowance {
	ALLOWANCE_LOOKUPS,     /* per hour */
	ALLOWANCE_NOMINATIONS, /* per day */
	ALLOWANCE_REMOVALS,    /* requests for removal, per day */
	ALLOWANCES,
};

struct limits {
	struct limit *of[ALLOWANCES];
};

/* ERR_MEMORY; nothing is left to free then. */
int limits_new(struct limits *limits_r) __attribute__((warn_unused_result));
void limits_free(struct limits *limits);

#endif
