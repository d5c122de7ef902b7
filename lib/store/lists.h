/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_LISTS_H
#define STORE_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/listing.h"
#include "store/history.h"

struct db;

/* All lists, by their number. */
struct lists {
	struct list lists[LISTS_MAX];
	size_t count;
};

int lists_read(struct db *db, struct lists *lists_r) __attribute__((warn_unused_result));

/* NULL when there is none of that name. */
const struct list *lists_find(const struct lists *lists, const char *name);

/*
 * Makes a list, or sets all of one but its id and name; list->id is set by lists_add(). ERR_EXISTS
 * for a name that is taken, ERR_RANGE when there are LISTS_MAX already, ERR_REFUSED for what the
 * schema does not allow.
 */
int lists_add(struct db *db, struct list *list, const struct change *change)
	__attribute__((warn_unused_result));
int lists_set(struct db *db, const struct list *list, const struct change *change)
	__attribute__((warn_unused_result));

/* How many listings each list has in force at a moment, in the order of lists. Reads all listings.
 */
int lists_count_listings(struct db *db, const struct lists *lists, int64_t now,
	int64_t counts_r[LISTS_MAX]) __attribute__((warn_unused_result));

/* How many listings have expired and were not ended otherwise. Reads all listings. */
int lists_count_expired(struct db *db, int64_t now, int64_t *count_r)
	__attribute__((warn_unused_result));

#endif
