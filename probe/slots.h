/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_SLOTS_H
#define PROBE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

/*
 * Sockets are limited, so an attempt waits for a slot. All limits on how many connections
 * are made at once are here. All on the loop's thread.
 */
struct event_base;
struct slots;

/* One that waits. Its owner keeps it, all zero but start, and it may wait again after it was
 * started. */
struct slot_waiter {
	TAILQ_ENTRY(slot_waiter) queued;
	bool waits;
	void (*start)(struct slot_waiter *waiter); /* it has a slot; from the loop */
};

/* max: slots in all. idle is called from the loop after each round of starts. NULL: no memory. */
struct slots *slots_new(
	struct event_base *loop, size_t max, void (*idle)(void *context), void *context);

/* Nobody waits any more. */
void slots_free(struct slots **slots);

/* Waits at the end of the queue. */
void slots_wait(struct slots *slots, struct slot_waiter *waiter);

/* Waits no more; no effect on one that does not wait. */
void slots_leave(struct slots *slots, struct slot_waiter *waiter);

/* A slot is free again. */
void slots_give_back(struct slots *slots);

#endif
