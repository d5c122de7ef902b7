/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HITLOG_QUEUE_H
#define STORE_HITLOG_QUEUE_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/hit.h"

struct text;

#define HITLOG_ERROR_SIZE 512

/* Who owns an entry after the writer has taken it. */
enum hitlog_entry_state {
	HITLOG_AWAITED, /* the writer; a session waits for it */
	HITLOG_DONE,    /* the session: the writer is finished with it */
	HITLOG_ALONE,   /* the writer, which frees it: no session waits, or none waits any longer */
};

/* A hit on its way to disk. */
struct hitlog_entry {
	struct hitlog_entry *next;
	struct hit hit;
	/* As in hitlog_record(). NULL: hit->reply is complete. */
	void (*compose)(struct hit *hit, const void *context);
	const void *context;
	bool amend; /* the row is there; it is to be changed to what `hit` says */
	int err;
	char error[HITLOG_ERROR_SIZE]; /* a message, when err is an error */

	/* Shared by the writer and the session that waits. */
	_Atomic enum hitlog_entry_state state;
	sem_t finished;           /* posted when the state becomes HITLOG_DONE */
	enum hit_action fallback; /* what to amend the row to, after the session gave up */
	const char *why;
};

struct hitlog_queue {
	struct hitlog_entry *head;
	struct hitlog_entry **tail;
	size_t count;
};

/* An entry with a copy of the hit. NULL when memory ran out, and message_r says so. */
struct hitlog_entry *hitlog_entry_new(
	const struct hit *hit, enum hitlog_entry_state state, struct text *message_r);
void hitlog_entry_free(struct hitlog_entry *entry);

/* The writer: hands an entry back to the session that waits; false when none waits any longer. */
bool hitlog_entry_hand_back(struct hitlog_entry *entry);

/* The session: waits until the writer hands the entry back; false after wait_msecs. */
bool hitlog_entry_wait(struct hitlog_entry *entry, int wait_msecs);

/*
 * The session: leaves the entry to the writer. False when the writer has just handed it back: then
 * it is the session's. Set fallback and why before.
 */
bool hitlog_entry_leave(struct hitlog_entry *entry);

/* Queues have no lock: users that share one guard it. */
void hitlog_queue_init(struct hitlog_queue *queue);
void hitlog_queue_push(struct hitlog_queue *queue, struct hitlog_entry *entry);
struct hitlog_entry *hitlog_queue_pop(struct hitlog_queue *queue); /* NULL: empty */

/* Removes an entry from anywhere in the queue; false when it is not there. */
bool hitlog_queue_remove(struct hitlog_queue *queue, struct hitlog_entry *entry);

/* Moves up to max entries to the end of another queue. */
void hitlog_queue_move(struct hitlog_queue *from, struct hitlog_queue *to, size_t max);

#endif
