/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/hit_entry.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"

void hit_queue_init(struct hit_queue *queue)
{
	*queue = (struct hit_queue){.tail = &queue->head};
}

void hit_queue_push(struct hit_queue *queue, struct hit_entry *entry)
{
	entry->next = NULL;
	*queue->tail = entry;
	queue->tail = &entry->next;
	queue->count++;
}

struct hit_entry *hit_queue_pop(struct hit_queue *queue)
{
	struct hit_entry *entry = queue->head;

	if (entry == NULL)
		return NULL;
	queue->head = entry->next;
	if (queue->head == NULL)
		queue->tail = &queue->head;
	queue->count--;
	return entry;
}

bool hit_queue_remove(struct hit_queue *queue, struct hit_entry *entry)
{
	for (struct hit_entry **link = &queue->head; *link != NULL; link = &(*link)->next) {
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

void hit_queue_move(struct hit_queue *from, struct hit_queue *to, size_t max)
{
	struct hit_entry *entry;

	while (max-- > 0 && (entry = hit_queue_pop(from)) != NULL)
		hit_queue_push(to, entry);
}

int hit_entry_new(
	const struct hit *hit, const pthread_condattr_t *clock, struct hit_entry **entry_r)
{
	struct hit_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return ERR_MEMORY;
	if (pthread_mutex_init(&entry->mutex, NULL) != 0 ||
		pthread_cond_init(&entry->finished, clock) != 0) {
		free(entry);
		return ERR_MEMORY;
	}
	entry->hit = *hit;
	*entry_r = entry;
	return ERR_NONE;
}

void hit_entry_free(struct hit_entry *entry)
{
	pthread_cond_destroy(&entry->finished);
	pthread_mutex_destroy(&entry->mutex);
	free(entry);
}

bool hit_entry_hand_back(struct hit_entry *entry)
{
	pthread_mutex_lock(&entry->mutex);
	bool awaited = !entry->background;
	entry->done = true;
	if (awaited)
		pthread_cond_signal(&entry->finished);
	pthread_mutex_unlock(&entry->mutex);
	return awaited;
}

bool hit_entry_wait(struct hit_entry *entry, int wait_msecs)
{
	struct timespec until;
	int timed_out = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_msecs / 1000;
	until.tv_nsec += wait_msecs % 1000 * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000L;
	}
	pthread_mutex_lock(&entry->mutex);
	while (!entry->done && timed_out != ETIMEDOUT)
		timed_out = pthread_cond_timedwait(&entry->finished, &entry->mutex, &until);
	bool done = entry->done;
	pthread_mutex_unlock(&entry->mutex);
	return done;
}
