/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts per client in a table of fixed size. */
#include "web/limit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* 16,384 clients in 640 kB. The hash of a client names its row. */
#define ROWS 2048
#define PLACES 8
#define IPV6_BITS 64

struct count {
	struct addr client;
	bool used;
	int64_t began_at;
	long taken;
};

struct limit {
	pthread_mutex_t lock; /* of counts */
	uint64_t seed;        /* so that nobody can choose clients of one row */
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

/* The client's own place, or a free one, or the one of its row whose span began first. */
static struct count *find_place(struct limit *limit, const struct addr *client)
{
	struct count *row = limit->counts[row_of(limit, client)];
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

bool limit_take(struct limit *limit, const struct addr *client, int64_t now, long most,
	int64_t span_secs, int64_t *wait_secs_r)
{
	struct addr key = *client;
	struct count *count;
	bool taken;

	if (!addr_is_ipv4(client))
		key = network_around(client, IPV6_BITS).addr;
	pthread_mutex_lock(&limit->lock);
	count = find_place(limit, &key);
	if (!count->used || now - count->began_at >= span_secs)
		*count = (struct count){.used = true, .client = key, .began_at = now};
	taken = count->taken < most;
	count->taken += taken;
	*wait_secs_r = count->began_at + span_secs - now;
	pthread_mutex_unlock(&limit->lock);
	return taken;
}

int limits_new(struct limits *limits_r)
{
	*limits_r = (struct limits){.of = {NULL}};
	for (size_t i = 0; i < ALLOWANCES; i++)
		if (limit_new(&limits_r->of[i]) != ERR_NONE) {
			limits_free(limits_r);
			return ERR_MEMORY;
		}
	return ERR_NONE;
}

void limits_free(struct limits *limits)
{
	for (size_t i = 0; i < ALLOWANCES; i++)
		limit_free(&limits->of[i]);
}
