/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_LISTS_H
#define STORE_LISTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/listing.h"
#include "store/history.h"

struct db;

/* All lists, in the order of their numbers. */
struct lists {
	struct list lists[LISTS_MAX];
	size_t count;
};

int lists_read(struct db *db, struct lists *lists_r) __attribute__((warn_unused_result));

/* NULL when no list has that name. */
const struct list *lists_find(const struct lists *lists, const char *name);

/*
 * Adds a list, or sets everything of one except its id and name; lists_add() sets list->id.
 * ERR_EXISTS when the name is taken, ERR_NOT_FOUND when lists_set() finds no list of that name,
 * ERR_RANGE when there are LISTS_MAX already, ERR_REFUSED for what the schema does not allow.
 */
int lists_add(struct db *db, struct list *list, const struct change *change)
	__attribute__((warn_unused_result));
int lists_set(struct db *db, const struct list *list, const struct change *change)
	__attribute__((warn_unused_result));

/* How many listings each list has in force at a time, in the order of lists. Reads all listings. */
int lists_count_listings(struct db *db, const struct lists *lists, int64_t now,
	int64_t counts_r[LISTS_MAX]) __attribute__((warn_unused_result));

/* How many listings have expired and were not ended by a change. Reads all listings. */
int lists_count_expired(struct db *db, int64_t now, int64_t *count_r)
	__attribute__((warn_unused_result));

#endif
