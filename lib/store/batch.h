/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* Many listings of one list in memory, 40 octets each: what an import or an export works on. */
struct batch_entry {
	struct network network;
	uint32_t reason; /* index into reasons */
	int64_t listed_at;
	int64_t expires_at; /* CLOCK_NEVER: until somebody ends it */
};

/* All zero is an empty one. */
struct batch {
	struct batch_entry *entries;
	size_t count;
	char **reasons; /* each once, in the order of their first use */
	size_t reason_count;
	/* How batch.c grows them and finds a reason again. */
	size_t room, reason_room, slot_count;
	uint32_t *slots;
};

/* ERR_MEMORY. */
int batch_add(struct batch *batch, const struct network *network, const char *reason,
	int64_t listed_at, int64_t expires_at) __attribute__((warn_unused_result));

/* By address, the wider network first: the order of the database's index, so that its pages get
 * full. */
void batch_sort_by_address(struct batch *batch);

/* Of a sorted batch, keeps one entry a network, the one added first if they differ in the reason.
 */
void batch_drop_duplicates(struct batch *batch);

/* Frees what it holds and leaves it empty. */
void batch_clear(struct batch *batch);

#endif
