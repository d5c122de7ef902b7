/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_LOOKUP_H
#define STORE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/network.h"
#include "core/listing.h"

struct db;
struct pool;
struct text;

/* What the database says about an address. 20 kB: on a stack, not in a session. */
struct lookup {
	struct listing listings[LISTS_MAX]; /* the most specific one of each list, those first */
	size_t count;                       /* 0: not listed */
	bool exempt; /* by the exemptions table; only looked up for a listed address */
	struct network exempt_network;
	char exempt_why[REASON_SIZE];
};

/* Looks an address up at a time (seconds UTC), in one snapshot of the database. */
int lookup_in(struct db *db, const struct addr *addr, int64_t now, struct lookup *lookup_r)
	__attribute__((warn_unused_result));

/* Whether the address is on a list. */
bool lookup_has_list(const struct lookup *lookup, int list_id);

/* The filter's connections for look-ups (store/pool.h), which wait up to a second for a lock. */
int lookup_pool_new(const char *path, struct pool **pool_r) __attribute__((warn_unused_result));

/* As lookup_in(); any thread. message_r says what failed, with the database's path. */
int lookup_in_pool(struct pool *pool, const struct addr *addr, int64_t now, struct lookup *lookup_r,
	struct text *message_r) __attribute__((warn_unused_result));

#endif
