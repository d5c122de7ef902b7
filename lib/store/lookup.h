/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_LOOKUP_H
#define STORE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "core/listing.h"

struct db;
struct text;

/* What the databases say about one address. 20 kB: on a stack, not in a session. */
struct lookup {
	struct listing listings[LISTS_MAX]; /* the most specific one of each list, those first */
	size_t count;                       /* 0: not listed */
	bool exempt; /* by the exemptions table; looked up only when listed */
	struct network exempt_network;
	char exempt_why[REASON_SIZE];
};

/* Looks an address up at a moment (seconds UTC), in one snapshot of the database. */
int lookup_in(struct db *db, const struct addr *addr, int64_t now, struct lookup *lookup_r)
	__attribute__((warn_unused_result));

/*
 * A few connections for many threads, as opening one costs more than ten look-ups: each look-up
 * borrows one for its microseconds. One whose schema was changed or that failed is closed instead
 * of given back, so what is mended works at the next look-up; that the file was deleted or replaced
 * is seen within a tenth of a second. The first look-up waits up to a second for another program's
 * lock; while look-ups fail, the next ones do not wait.
 */
struct lookup_pool;

/* Opens nothing yet. ERR_MEMORY. path is copied. */
int lookup_pool_new(const char *path, struct lookup_pool **pool_r)
	__attribute__((warn_unused_result));

/* No look-up may be under way. */
void lookup_pool_free(struct lookup_pool **pool);

/* As lookup_in(); any thread. message_r says what failed, with the database's path. */
int lookup_pool_find(struct lookup_pool *pool, const struct addr *addr, int64_t now,
	struct lookup *lookup_r, struct text *message_r) __attribute__((warn_unused_result));

#endif
