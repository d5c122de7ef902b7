/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/network.h"

/* Many listings of one list in memory, 40 octets each, for an import or an export. */
struct batch_entry {
	struct network network;
	uint32_t reason; /* index into reasons */
	int64_t listed_at;
	int64_t expires_at; /* CLOCK_NEVER: until it is removed */
};

/* A batch of all zeros is empty. */
struct batch {
	struct batch_entry *entries;
	size_t count;
	char **reasons; /* each once, in the order of their first use */
	size_t reason_count;
	/* For batch.c: room in the arrays, and a hash table of the reasons. */
	size_t room, reason_room, slot_count;
	uint32_t *slots;
};

/* Adds a listing; the reason is copied. ERR_MEMORY. */
int batch_add(struct batch *batch, const struct network *network, const char *reason,
	int64_t listed_at, int64_t expires_at) __attribute__((warn_unused_result));

/* Sorts by address, the wider network first: in the order of the database's index, whose pages are
 * then filled one after the other. */
void batch_sort_by_address(struct batch *batch);

/* Keeps one entry for each network of a sorted batch: of different reasons, the one added first. */
void batch_drop_duplicates(struct batch *batch);

/* Frees its memory and leaves it empty. */
void batch_clear(struct batch *batch);

#endif
