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

/*
 * Those who share their slots: the attempts of one host's test. The parties take turns, and while
 * others of its kind wait none has more than a quarter of all slots. Urgent ones come first, and a
 * quarter is kept for them: however many tarpits are tested, somebody who waits for a test does not
 * wait for those. Its owner keeps it, begun with slots_begin_party(), until none of it waits or has
 * a slot.
 */
struct slot_party {
	TAILQ_ENTRY(slot_party) entry;
	TAILQ_HEAD(, slot_waiter) queue;
	bool urgent;
	size_t used;
};

/* One that waits. Its owner keeps it, all zero but start, and it may wait again after it was
 * started. */
struct slot_waiter {
	TAILQ_ENTRY(slot_waiter) queued;
	struct slot_party *party;                  /* NULL: it does not wait */
	void (*start)(struct slot_waiter *waiter); /* it has a slot; from the loop */
};

/* max: slots in all. idle is called from the loop after each round of starts. NULL: no memory. */
struct slots *slots_new(
	struct event_base *loop, size_t max, void (*idle)(void *context), void *context);

/* Nobody waits any more. */
void slots_free(struct slots **slots);

void slots_begin_party(struct slot_party *party, bool urgent);

/* Waits at the end of its party's queue. */
void slots_wait(struct slots *slots, struct slot_party *party, struct slot_waiter *waiter);

/* Waits no more; no effect on one that does not wait. */
void slots_leave(struct slots *slots, struct slot_waiter *waiter);

/* A slot of the party is free again. */
void slots_give_back(struct slots *slots, struct slot_party *party);

/* Lets the loop start what waits, and call idle. */
void slots_wake(struct slots *slots);

#endif
