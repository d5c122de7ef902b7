/* SPDX-License-Identifier: BSD-2-Clause */
/* Hits on their way to disk, and whether a session still waits for each. */
#include "config.h"

#include "store/hitlog_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/text.h"

/* FreeBSD's name for what POSIX 2024 calls sem_clockwait(). */
#ifndef HAVE_SEM_CLOCKWAIT
#define sem_clockwait(sem, clock, until) sem_clockwait_np(sem, clock, TIMER_ABSTIME, until, NULL)
#endif

void hitlog_queue_init(struct hitlog_queue *queue)
{
	*queue = (struct hitlog_queue){.tail = &queue->head};
}

void hitlog_queue_push(struct hitlog_queue *queue, struct hitlog_entry *entry)
{
	entry->next = NULL;
	*queue->tail = entry;
	queue->tail = &entry->next;
	queue->count++;
}

struct hitlog_entry *hitlog_queue_pop(struct hitlog_queue *queue)
{
	struct hitlog_entry *entry = queue->head;

	if (entry == NULL)
		return NULL;
	queue->head = entry->next;
	if (queue->head == NULL)
		queue->tail = &queue->head;
	queue->count--;
	return entry;
}

bool hitlog_queue_remove(struct hitlog_queue *queue, struct hitlog_entry *entry)
{
	for (struct hitlog_entry **link = &queue->head; *link != NULL; link = &(*link)->next) {
		if (*link != entry)
			continue;
		*link = entry->next;
		if (entry->next == NULL)
			queue->tail = link;
		queue->count--;
		return true;
	}
	return false;
}

void hitlog_queue_move(struct hitlog_queue *from, struct hitlog_queue *to, size_t max)
{
	struct hitlog_entry *entry;

	while (max-- > 0 && (entry = hitlog_queue_pop(from)) != NULL)
		hitlog_queue_push(to, entry);
}

struct hitlog_entry *hitlog_entry_new(
	const struct hit *hit, enum hitlog_entry_state state, struct text *message_r)
{
	struct hitlog_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL || sem_init(&entry->finished, 0, 0) != 0) {
		text_add(message_r, err_text(ERR_MEMORY));
		free(entry);
		return NULL;
	}
	entry->hit = *hit;
	entry->state = state;
	return entry;
}

void hitlog_entry_free(struct hitlog_entry *entry)
{
	sem_destroy(&entry->finished);
	free(entry);
}

static bool change_state(struct hitlog_entry *entry, enum hitlog_entry_state state)
{
	enum hitlog_entry_state awaited = HITLOG_AWAITED;

	return atomic_compare_exchange_strong(&entry->state, &awaited, state);
}

/* A semaphore, as the session may free the entry right after the post, and a whole batch wakes
 * together. */
bool hitlog_entry_hand_back(struct hitlog_entry *entry)
{
	if (!change_state(entry, HITLOG_DONE))
		return false;
	sem_post(&entry->finished);
	return true;
}

bool hitlog_entry_wait(struct hitlog_entry *entry, int wait_msecs)
{
	struct timespec until;
	int failed;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_msecs / 1000;
	until.tv_nsec += wait_msecs % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	do
		failed = sem_clockwait(&entry->finished, CLOCK_MONOTONIC, &until);
	while (failed && errno == EINTR);
	return !failed;
}

bool hitlog_entry_leave(struct hitlog_entry *entry)
{
	if (change_state(entry, HITLOG_ALONE))
		return true;
	while (sem_wait(&entry->finished) != 0 && errno == EINTR)
		continue;
	return false;
}
