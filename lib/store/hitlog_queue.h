/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HITLOG_QUEUE_H
#define STORE_HITLOG_QUEUE_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/hit.h"
#include "store/hitlog.h"

/* Whose an entry is, once the writer has taken it. */
enum hitlog_entry_state {
	HITLOG_AWAITED, /* the writer's; then the session's that waits */
	HITLOG_DONE,    /* the session's: the writer is through with it */
	HITLOG_ALONE,   /* the writer's, to its end: nobody waits, or not any more */
};

/* A hit on its way to disk. */
struct hitlog_entry {
	struct hitlog_entry *next;
	struct hit hit;
	hitlog_compose *compose; /* NULL: hit->reply is ready */
	const void *context;
	bool amend; /* its row is there and is to be changed to what `hit` says */
	int err;

	/* Between the writer and the session that waits. */
	_Atomic enum hitlog_entry_state state;
	sem_t finished;            /* posted when the state becomes HITLOG_DONE */
	enum hit_action otherwise; /* what to amend it to, once its session gave up */
	const char *why;
};

struct hitlog_queue {
	struct hitlog_entry *head;
	struct hitlog_entry **tail;
	size_t count;
};

/* A copy of a hit, for the hit log's queues; its state is HITLOG_AWAITED. ERR_MEMORY. */
int hitlog_entry_new(const struct hit *hit, struct hitlog_entry **entry_r)
	__attribute__((warn_unused_result));
void hitlog_entry_free(struct hitlog_entry *entry);

/* The writer: hands an entry back to the session that waits for it; false when none does any more.
 */
bool hitlog_entry_hand_back(struct hitlog_entry *entry);

/* The session: waits until the writer hands the entry back; false when it took too long. */
bool hitlog_entry_wait(struct hitlog_entry *entry, int wait_msecs);

/*
 * The session: leaves the entry to the writer. false when the writer has handed it back just now:
 * then it is the session's. otherwise and why are set before.
 */
bool hitlog_entry_leave(struct hitlog_entry *entry);

/* Queues have no lock of their own: whoever shares one guards it. */
void hitlog_queue_init(struct hitlog_queue *queue);
void hitlog_queue_push(struct hitlog_queue *queue, struct hitlog_entry *entry);
struct hitlog_entry *hitlog_queue_pop(struct hitlog_queue *queue); /* NULL: empty */

/* Takes an entry out wherever it is; false when it is not there. */
bool hitlog_queue_remove(struct hitlog_queue *queue, struct hitlog_entry *entry);

/* Moves up to max entries to the end of another queue. */
void hitlog_queue_move(struct hitlog_queue *from, struct hitlog_queue *to, size_t max);

#endif
