/* SPDX-License-Identifier: BSD-2-Clause */
/* Those who wait for a socket, by the host that they test. */
#include "probe/slots.h"

#include <event2/event.h>
#include <stdlib.h>

struct slots {
	struct event *wakeup;
	TAILQ_HEAD(, slot_party) waiting; /* the one whose turn it is first */
	size_t used;
	size_t used_without_haste; /* by parties that are not urgent */
	size_t max;
	void (*idle)(void *context);
	void *context;
};

static bool may_have_one(const struct slots *slots, const struct slot_party *party)
{
	size_t quarter = slots->max / 4;
	size_t most = quarter > 0 ? quarter : 1;
	const struct slot_party *other;
	bool alone = true;

	TAILQ_FOREACH(other, &slots->waiting, entry)
	alone = alone && (other == party || other->urgent != party->urgent);
	if (!party->urgent && slots->used_without_haste >= slots->max - quarter)
		return false;
	return alone || party->used < most;
}

/* The party whose waiter is next; NULL: none may have a slot. */
static struct slot_party *choose(const struct slots *slots)
{
	struct slot_party *party;

	if (slots->used >= slots->max)
		return NULL;
	for (int urgent = 1; urgent >= 0; urgent--)
		TAILQ_FOREACH(party, &slots->waiting, entry)
	if (party->urgent == urgent && may_have_one(slots, party))
		return party;
	return NULL;
}

static void on_wakeup(evutil_socket_t fd, short what, void *context)
{
	struct slots *slots = context;
	struct slot_party *party;

	(void)fd;
	(void)what;
	while ((party = choose(slots)) != NULL) {
		struct slot_waiter *waiter = TAILQ_FIRST(&party->queue);
		slots_leave(slots, waiter);
		if (!TAILQ_EMPTY(&party->queue)) {
			TAILQ_REMOVE(&slots->waiting, party, entry);
			TAILQ_INSERT_TAIL(&slots->waiting, party, entry);
		}
		slots->used++;
		slots->used_without_haste += !party->urgent;
		party->used++;
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
	TAILQ_INIT(&slots->waiting);
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

void slots_begin_party(struct slot_party *party, bool urgent)
{
	*party = (struct slot_party){.urgent = urgent};
	TAILQ_INIT(&party->queue);
}

void slots_wait(struct slots *slots, struct slot_party *party, struct slot_waiter *waiter)
{
	if (TAILQ_EMPTY(&party->queue))
		TAILQ_INSERT_TAIL(&slots->waiting, party, entry);
	TAILQ_INSERT_TAIL(&party->queue, waiter, queued);
	waiter->party = party;
	slots_wake(slots);
}

void slots_leave(struct slots *slots, struct slot_waiter *waiter)
{
	struct slot_party *party = waiter->party;

	if (party == NULL)
		return;
	TAILQ_REMOVE(&party->queue, waiter, queued);
	if (TAILQ_EMPTY(&party->queue))
		TAILQ_REMOVE(&slots->waiting, party, entry);
	waiter->party = NULL;
}

void slots_give_back(struct slots *slots, struct slot_party *party)
{
	slots->used--;
	slots->used_without_haste -= !party->urgent;
	party->used--;
	slots_wake(slots);
}

void slots_wake(struct slots *slots)
{
	event_active(slots->wakeup, EV_TIMEOUT, 0);
}
