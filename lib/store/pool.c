/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections that threads share, for look-ups and for the site. */
#include "store/pool.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "store/db.h"
#include "store/migrate.h"

/* For how long a database that was deleted or replaced may still be used. */
#define FILE_CHECK_MSECS 100

struct pool {
	pthread_mutex_t mutex;   /* guards what follows, up to max */
	pthread_cond_t returned; /* a connection is idle, or may be opened */
	struct db *idle[POOL_MAX];
	unsigned idle_count;
	unsigned lent;
	bool failing; /* the last use failed */

	/* Set at the start. */
	unsigned max;
	struct db_options options;
	char path[];
};

int pool_new(const char *path, const struct db_options *options, unsigned max, struct pool **pool_r)
{
	size_t size = strlen(path) + 1;
	struct pool *pool = calloc(1, sizeof(*pool) + size);

	assert(max > 0 && max <= POOL_MAX);
	*pool_r = pool;
	if (pool == NULL)
		return ERR_MEMORY;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->returned, NULL);
	pool->max = max;
	pool->options = *options;
	memcpy(pool->path, path, size);
	return ERR_NONE;
}

void pool_free(struct pool **pool)
{
	struct pool *gone = *pool;

	if (gone == NULL)
		return;
	assert(gone->lent == 0);
	while (gone->idle_count > 0)
		db_close(&gone->idle[--gone->idle_count]);
	pthread_cond_destroy(&gone->returned);
	pthread_mutex_destroy(&gone->mutex);
	free(gone);
	*pool = NULL;
}

int pool_lend(struct pool *pool, struct db **db_r, struct text *message_r)
{
	struct db_options options = pool->options;
	int err = ERR_NONE;

	*db_r = NULL;
	pthread_mutex_lock(&pool->mutex);
	while (pool->lent == pool->max)
		pthread_cond_wait(&pool->returned, &pool->mutex);
	pool->lent++;
	if (pool->idle_count > 0)
		*db_r = pool->idle[--pool->idle_count];
	if (pool->failing)
		options.wait_msecs = 0;
	pthread_mutex_unlock(&pool->mutex);
	if (*db_r != NULL && db_is_stale(*db_r, FILE_CHECK_MSECS))
		db_close(db_r);
	if (*db_r == NULL)
		err = store_open(pool->path, &options, db_r, message_r);
	if (err != ERR_NONE)
		pool_return(pool, db_r, err);
	else
		db_set_wait(*db_r, options.wait_msecs);
	return err;
}

void pool_return(struct pool *pool, struct db **db, int err)
{
	bool failed = *db == NULL || err <= ERR_DB_MISSING || err == ERR_MEMORY;

	if (failed)
		db_close(db);
	pthread_mutex_lock(&pool->mutex);
	if (*db != NULL)
		pool->idle[pool->idle_count++] = *db;
	pool->lent--;
	pool->failing = failed;
	pthread_cond_signal(&pool->returned);
	pthread_mutex_unlock(&pool->mutex);
	*db = NULL;
}
