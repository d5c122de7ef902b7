/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration in force, counted by those who hold it. */
#include "daemon/snapshot.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void snapshot_install(struct snapshot_slot *slot, struct snapshot *snapshot)
{
	if (snapshot != NULL)
		snapshot->holders = 1;
	pthread_mutex_lock(&mutex);
	struct snapshot *old = slot->current;
	slot->current = snapshot;
	pthread_mutex_unlock(&mutex);
	snapshot_release(old);
}

struct snapshot *snapshot_hold(struct snapshot_slot *slot)
{
	pthread_mutex_lock(&mutex);
	struct snapshot *snapshot = slot->current;
	if (snapshot != NULL)
		snapshot->holders++;
	pthread_mutex_unlock(&mutex);
	return snapshot;
}

void snapshot_hold_again(struct snapshot *snapshot)
{
	pthread_mutex_lock(&mutex);
	snapshot->holders++;
	pthread_mutex_unlock(&mutex);
}

void snapshot_release(struct snapshot *snapshot)
{
	if (snapshot == NULL)
		return;
	pthread_mutex_lock(&mutex);
	bool last = --snapshot->holders == 0;
	pthread_mutex_unlock(&mutex);
	if (last)
		snapshot->free(snapshot);
}
