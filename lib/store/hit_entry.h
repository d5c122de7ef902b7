/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HIT_ENTRY_H
#define STORE_HIT_ENTRY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/hit.h"
#include "store/hitlog.h"

/* A hit on its way to disk. */
struct hit_entry {
	struct hit_entry *next;
	struct hit hit;
	hitlog_compose *compose; /* NULL: hit->reply is ready */
	const void *context;
	bool amend; /* its row is there and is to be changed to what `hit` says */
	int err;

	/* Between the writer and the session that waits; a mutex of its own, as all wake at once.
	 */
	pthread_mutex_t mutex;
	pthread_cond_t finished;   /* says that done was set */
	bool done;                 /* the writer is through with it: the session's again */
	bool background;           /* nobody waits for it, or not any more: the writer frees it */
	enum hit_action otherwise; /* what to amend it to, once its session gave up */
	const char *why;
};

struct hit_queue {
	struct hit_entry *head;
	struct hit_entry **tail;
	size_t count;
};

/* A copy of a hit, for the hit log's queues; clock is for timed waits. ERR_MEMORY. */
int hit_entry_new(const struct hit *hit, const pthread_condattr_t *clock,
	struct hit_entry **entry_r) __attribute__((warn_unused_result));
void hit_entry_free(struct hit_entry *entry);

/* The writer: hands an entry back to the session that waits for it; false when none does any more.
 */
bool hit_entry_hand_back(struct hit_entry *entry);

/* The session: waits until the writer hands the entry back; false when it took too long. */
bool hit_entry_wait(struct hit_entry *entry, int wait_msecs);

/* Queues have no lock of their own: whoever shares one guards it. */
void hit_queue_init(struct hit_queue *queue);
void hit_queue_push(struct hit_queue *queue, struct hit_entry *entry);
struct hit_entry *hit_queue_pop(struct hit_queue *queue); /* NULL: empty */

/* Takes an entry out wherever it is; false when it is not there. */
bool hit_queue_remove(struct hit_queue *queue, struct hit_entry *entry);

/* Moves up to max entries to the end of another queue. */
void hit_queue_move(struct hit_queue *from, struct hit_queue *to, size_t max);

#endif
