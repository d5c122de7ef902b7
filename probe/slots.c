/* SPDX-License-Identifier: BSD-2-Clause */
/* The queue of those who wait for a socket. */
#include "probe/slots.h"

#include <event2/event.h>
#include <stdlib.h>

struct slots {
	struct event *wakeup;
	TAILQ_HEAD(, slot_waiter) queue;
	size_t used;
	size_t max;
	void (*idle)(void *context);
	void *context;
};

static void on_wakeup(evutil_socket_t fd, short what, void *context)
{
	struct slots *slots = context;
	struct slot_waiter *waiter;

	(void)fd;
	(void)what;
	while (slots->used < slots->max && (waiter = TAILQ_FIRST(&slots->queue)) != NULL) {
		slots_leave(slots, waiter);
		slots->used++;
		waiter->start(waiter);
	}
	slots->idle(slots->context);
}

struct slots *slots_new(
	struct event_base *loop, size_t max, void (*idle)(void *context), void *context)
{
	struct slots *slots = calloc(1, sizeof(*slots));

	if (slots == NULL)
		return NULL;
	*slots = (struct slots){.max = max, .idle = idle, .context = context};
	TAILQ_INIT(&slots->queue);
	slots->wakeup = event_new(loop, -1, 0, on_wakeup, slots);
	if (slots->wakeup == NULL)
		slots_free(&slots);
	return slots;
}

void slots_free(struct slots **slots)
{
	if (*slots == NULL)
		return;
	if ((*slots)->wakeup != NULL)
		event_free((*slots)->wakeup);
	free(*slots);
	*slots = NULL;
}

/* Lets the loop start what waits, and call idle. */
static void wake(struct slots *slots)
{
	event_active(slots->wakeup, EV_TIMEOUT, 0);
}

void slots_wait(struct slots *slots, struct slot_waiter *waiter)
{
	TAILQ_INSERT_TAIL(&slots->queue, waiter, queued);
	waiter->waits = true;
	wake(slots);
}

void slots_leave(struct slots *slots, struct slot_waiter *waiter)
{
	if (waiter->waits)
		TAILQ_REMOVE(&slots->queue, waiter, queued);
	waiter->waits = false;
}

void slots_give_back(struct slots *slots)
{
	slots->used--;
	wake(slots);
}
