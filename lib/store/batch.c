/* SPDX-License-Identifier: BSD-2-Clause */
/* Many listings in memory, with each reason once. */
#include "store/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define NO_REASON UINT32_MAX

/* FNV-1a. A hostile file can make its own import slow, but nothing else. */
static size_t hash_of(const char *string)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *string != '\0'; string++)
		hash = (hash ^ (unsigned char)*string) * UINT64_C(1099511628211);
	return (size_t)(hash ^ hash >> 32);
}

/* The slot of a reason, or the free slot for it. slot_count is a power of two. */
static uint32_t *find_slot(const struct batch *batch, const char *reason)
{
	size_t i = hash_of(reason) & (batch->slot_count - 1);

	while (batch->slots[i] != NO_REASON && strcmp(batch->reasons[batch->slots[i]], reason) != 0)
		i = (i + 1) & (batch->slot_count - 1);
	return &batch->slots[i];
}

/* At most half of the slots are used. */
static int grow_reasons(struct batch *batch)
{
	size_t room = batch->reason_room != 0 ? batch->reason_room * 2 : 16;
	char **reasons = reallocarray(batch->reasons, room, sizeof(*reasons));

	if (reasons == NULL)
		return ERR_MEMORY;
	batch->reasons = reasons;
	uint32_t *slots = reallocarray(NULL, room * 2, sizeof(*slots));
	if (slots == NULL)
		return ERR_MEMORY;
	free(batch->slots);
	batch->slots = slots;
	batch->slot_count = room * 2;
	batch->reason_room = room;
	memset(slots, 0xff, room * 2 * sizeof(*slots));
	for (size_t i = 0; i < batch->reason_count; i++)
		*find_slot(batch, reasons[i]) = (uint32_t)i;
	return ERR_NONE;
}

static int intern(struct batch *batch, const char *reason, uint32_t *index_r)
{
	if (batch->reason_count == batch->reason_room && grow_reasons(batch) != ERR_NONE)
		return ERR_MEMORY;
	uint32_t *slot = find_slot(batch, reason);
	if (*slot == NO_REASON) {
		char *copy = strdup(reason);
		if (copy == NULL)
			return ERR_MEMORY;
		*slot = (uint32_t)batch->reason_count;
		batch->reasons[batch->reason_count++] = copy;
	}
	*index_r = *slot;
	return ERR_NONE;
}

int batch_add(struct batch *batch, const struct network *network, const char *reason,
	int64_t listed_at, int64_t expires_at)
{
	struct batch_entry entry = {
		.network = *network, .listed_at = listed_at, .expires_at = expires_at};

	if (batch->count == batch->room) {
		size_t room = batch->room + batch->room / 2 + 1024;
		struct batch_entry *entries = reallocarray(batch->entries, room, sizeof(*entries));
		if (entries == NULL)
			return ERR_MEMORY;
		batch->entries = entries;
		batch->room = room;
	}
	int err = intern(batch, reason, &entry.reason);
	if (err == ERR_NONE)
		batch->entries[batch->count++] = entry;
	return err;
}

/* Reasons are numbered as they were added, so of equal networks the one added first is first. */
static int compare_entries(const void *one, const void *other)
{
	const struct batch_entry *a = one, *b = other;
	int order = network_compare(&a->network, &b->network);

	if (order != 0)
		return order;
	if (a->reason != b->reason)
		return a->reason < b->reason ? -1 : 1;
	return (a->expires_at > b->expires_at) - (a->expires_at < b->expires_at);
}

void batch_sort_by_address(struct batch *batch)
{
	if (batch->count > 1)
		qsort(batch->entries, batch->count, sizeof(*batch->entries), compare_entries);
}

void batch_drop_duplicates(struct batch *batch)
{
	size_t kept = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct network *network = &batch->entries[i].network;
		if (kept == 0 || network_compare(network, &batch->entries[kept - 1].network) != 0)
			batch->entries[kept++] = batch->entries[i];
	}
	batch->count = kept;
}

void batch_clear(struct batch *batch)
{
	for (size_t i = 0; i < batch->reason_count; i++)
		free(batch->reasons[i]);
	free(batch->reasons);
	free(batch->slots);
	free(batch->entries);
	memset(batch, 0, sizeof(*batch));
}
