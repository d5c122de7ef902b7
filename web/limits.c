/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts per client in a table of fixed size. */
#include "web/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/network.h"

/* 16,384 clients of each allowance in 640 kB. The hash of a client names its row. */
#define ROWS 2048
#define PLACES 8
#define IPV6_BITS 64

struct count {
	struct addr client;
	bool used;
	int64_t began_at;
	long taken;
};

struct limits {
	pthread_mutex_t lock; /* of counts */
	uint64_t seed;        /* so that nobody can choose clients of one row */
	struct count counts[ALLOWANCES][ROWS][PLACES];
};

int limits_new(struct limits **limits_r)
{
	*limits_r = calloc(1, sizeof(**limits_r));
	if (*limits_r == NULL)
		return ERR_MEMORY;
	pthread_mutex_init(&(*limits_r)->lock, NULL);
	arc4random_buf(&(*limits_r)->seed, sizeof((*limits_r)->seed));
	return ERR_NONE;
}

void limits_free(struct limits **limits)
{
	if (*limits == NULL)
		return;
	pthread_mutex_destroy(&(*limits)->lock);
	free(*limits);
	*limits = NULL;
}

/* FNV-1a with a seed. */
static size_t row_of(const struct limits *limits, const struct addr *client)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ limits->seed;

	for (size_t i = 0; i < sizeof(client->octets); i++)
		hash = (hash ^ client->octets[i]) * UINT64_C(0x100000001b3);
	return (size_t)((hash ^ hash >> 32) % ROWS);
}

/* The client's own place, or a free one, or the one of its row whose span began first. */
static struct count *find_place(struct count *row, const struct addr *client)
{
	struct count *oldest = row;

	for (size_t i = 0; i < PLACES; i++) {
		if (row[i].used && addr_compare(&row[i].client, client) == 0)
			return &row[i];
		if (oldest->used && (!row[i].used || row[i].began_at < oldest->began_at))
			oldest = &row[i];
	}
	oldest->used = false;
	return oldest;
}

bool limits_take(struct limits *limits, enum allowance allowance, const struct addr *client,
	int64_t now, long most, int64_t span_secs, int64_t *wait_secs_r)
{
	struct addr key = *client;
	struct count *count;
	bool taken;

	if (!addr_is_ipv4(client))
		key = network_around(client, IPV6_BITS).addr;
	pthread_mutex_lock(&limits->lock);
	count = find_place(limits->counts[allowance][row_of(limits, &key)], &key);
	if (!count->used || now - count->began_at >= span_secs)
		*count = (struct count){.used = true, .client = key, .began_at = now};
	taken = count->taken < most;
	count->taken += taken;
	*wait_secs_r = count->began_at + span_secs - now;
	pthread_mutex_unlock(&limits->lock);
	return taken;
}
