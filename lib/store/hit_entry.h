/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HIT_ENTRY_H
#define STORE_HIT_ENTRY_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/hit.h"
#include "store/hitlog.h"

/* Whose an entry is, once the writer has taken it. */
enum hit_entry_state {
	HIT_ENTRY_AWAITED, /* the writer's; then the session's that waits */
	HIT_ENTRY_DONE,    /* the session's: the writer is through with it */
	HIT_ENTRY_ALONE,   /* the writer's, to its end: nobody waits, or not any more */
};

/* A hit on its way to disk. */
struct hit_entry {
	struct hit_entry *next;
	struct hit hit;
	hitlog_compose *compose; /* NULL: hit->reply is ready */
	const void *context;
	bool amend; /* its row is there and is to be changed to what `hit` says */
	int err;

	/* Between the writer and the session that waits. */
	_Atomic enum hit_entry_state state;
	sem_t finished;            /* posted when the state becomes HIT_ENTRY_DONE */
	enum hit_action otherwise; /* what to amend it to, once its session gave up */
	const char *why;
};

struct hit_queue {
	struct hit_entry *head;
	struct hit_entry **tail;
	size_t count;
};

/* A copy of a hit, for the hit log's queues; its state is HIT_ENTRY_AWAITED. ERR_MEMORY. */
int hit_entry_new(const struct hit *hit, struct hit_entry **entry_r)
	__attribute__((warn_unused_result));
void hit_entry_free(struct hit_entry *entry);

/* The writer: hands an entry back to the session that waits for it; false when none does any more.
 */
bool hit_entry_hand_back(struct hit_entry *entry);

/* The session: waits until the writer hands the entry back; false when it took too long. */
bool hit_entry_wait(struct hit_entry *entry, int wait_msecs);

/*
 * The session: leaves the entry to the writer. false when the writer has handed it back just now:
 * then it is the session's. otherwise and why are set before.
 */
bool hit_entry_leave(struct hit_entry *entry);

/* Queues have no lock of their own: whoever shares one guards it. */
void hit_queue_init(struct hit_queue *queue);
void hit_queue_push(struct hit_queue *queue, struct hit_entry *entry);
struct hit_entry *hit_queue_pop(struct hit_queue *queue); /* NULL: empty */

/* Takes an entry out wherever it is; false when it is not there. */
bool hit_queue_remove(struct hit_queue *queue, struct hit_entry *entry);

/* Moves up to max entries to the end of another queue. */
void hit_queue_move(struct hit_queue *from, struct hit_queue *to, size_t max);

#endif
