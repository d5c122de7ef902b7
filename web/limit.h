/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_LIMIT_H
#define WEB_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

/*
 * Counts what clients do, each up to a number in a span of time that begins with its first. IPv6
 * counts by /64, what one subscriber has. Of a fixed size: when very many clients come at once,
 * those longest seen are forgotten. Any thread.
 */
struct limit;

/* ERR_MEMORY. */
int limit_new(struct limit **limit_r) __attribute__((warn_unused_result));
void limit_free(struct limit **limit);

/* Counts one more for a client. False when it had `most` in span_secs already: next_r says when
 * the span is over. */
bool limit_take(struct limit *limit, const struct addr *client, int64_t now, long most,
	int64_t span_secs, int64_t *next_r);

#endif
