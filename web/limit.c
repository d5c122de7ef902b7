/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* 16,384 clients in 640 kB. A client has its place in one row, found by its hash. */
#define ROWS 2048
#define PLACES 8
#define IPV6_BITS 64

struct count {
	struct addr client;
	int64_t began_at; /* 0: nobody's */
	long taken;
};

struct limit {
	pthread_mutex_t lock; /* of counts */
	uint64_t seed;        /* so that nobody can aim at a row */
	struct count counts[ROWS][PLACES];
};

int limit_new(struct limit **limit_r)
{
	*limit_r = calloc(1, sizeof(**limit_r));
	if (*limit_r == NULL)
		return ERR_MEMORY;
	pthread_mutex_init(&(*limit_r)->lock, NULL);
	arc4random_buf(&(*limit_r)->seed, sizeof((*limit_r)->seed));
	return ERR_NONE;
}

void limit_free(struct limit **limit)
{
	if (*limit == NULL)
		return;
	pthread_mutex_destroy(&(*limit)->lock);
	free(*limit);
	*limit = NULL;
}

/* FNV-1a with a seed. */
static size_t row_of(const struct limit *limit, const struct addr *client)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ limit->seed;

	for (size_t i = 0; i < sizeof(client->octets); i++)
		hash = (hash ^ client->octets[i]) * UINT64_C(0x100000001b3);
	return (size_t)((hash ^ hash >> 32) % ROWS);
}

/* The client's own place, or the one of its row that was begun longest ago. */
static struct count *find_place(struct limit *limit, const struct addr *client)
{
	struct count *row = limit->counts[row_of(limit, client)];
	struct count *oldest = row;

	for (size_t i = 0; i < PLACES; i++) {
		if (row[i].began_at != 0 && addr_compare(&row[i].client, client) == 0)
			return &row[i];
		if (row[i].began_at < oldest->began_at)
			oldest = &row[i];
	}
	*oldest = (struct count){.client = *client};
	return oldest;
}

bool limit_take(struct limit *limit, const struct addr *client, int64_t now, long most,
	int64_t span_secs, int64_t *next_r)
{
	struct addr key = *client;
	struct count *count;
	bool taken;

	if (!addr_is_ipv4(client))
		key = network_around(client, IPV6_BITS).addr;
	pthread_mutex_lock(&limit->lock);
	count = find_place(limit, &key);
	if (count->began_at == 0 || now - count->began_at >= span_secs || now < count->began_at)
		*count = (struct count){.client = key, .began_at = now};
	taken = count->taken < most;
	count->taken += taken;
	*next_r = count->began_at + span_secs;
	pthread_mutex_unlock(&limit->lock);
	return taken;
}
