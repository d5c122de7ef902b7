/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter in force: its configuration and databases, and the current steps. */
#include "milter/filter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/failure_log.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/pool.h"

/* How long the end waits for the current steps: a little longer than one may wait for its hit. */
#define STOP_WAIT_MSECS 6000
#define STOP_POLL_MSECS 10

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct filter *all; /* those that are held; guarded by mutex */
static struct snapshot_slot current;

static atomic_uint steps;
static atomic_bool stopping;

static struct failure_log failures = FAILURE_LOG_INIT("mail is handled according to on_error");

void filter_log_failure(const char *message)
{
	failure_log_add(&failures, message);
}

static void stop_hits(struct filter *filter)
{
	size_t lost = hitlog_stop(&filter->hits);

	if (lost > 0)
		log_error("%s: %zu hit%s not written, because the hit log could not be used",
			filter->conf->hit_log, lost, lost == 1 ? " was" : "s were");
}

static void unlink_filter(struct filter *filter)
{
	pthread_mutex_lock(&mutex);
	struct filter **link = &all;
	while (*link != filter)
		link = &(*link)->next;
	*link = filter->next;
	pthread_mutex_unlock(&mutex);
}

static void filter_free(struct snapshot *snapshot)
{
	struct filter *filter = (struct filter *)snapshot;

	unlink_filter(filter);
	stop_hits(filter);
	pool_free(&filter->lookups);
	conf_free(&filter->conf);
	free(filter);
}

struct filter *filter_hold(void)
{
	return (struct filter *)snapshot_hold(&current);
}

void filter_release(struct filter **filter)
{
	if (*filter != NULL)
		snapshot_release(&(*filter)->snapshot);
	*filter = NULL;
}

static int try_database(const char *path, enum db_kind kind, bool writable, struct text *message_r)
{
	struct db_options options = {
		.kind = kind,
		.role = ROLE_FILTER,
		.writable = writable,
		.wait_msecs = 1000,
	};
	struct db *db;
	int err = store_open(path, &options, &db, message_r);

	db_close(&db);
	return err;
}

static int try_databases(const struct conf *conf, struct text *message_r)
{
	int err = try_database(conf->database, DB_OPS, false, message_r);

	return err == ERR_NONE ? try_database(conf->hit_log, DB_HITS, true, message_r) : err;
}

static void link_filter(struct filter *filter)
{
	pthread_mutex_lock(&mutex);
	filter->next = all;
	all = filter;
	pthread_mutex_unlock(&mutex);
}

/* All but the configuration, or NULL and why in message_r. */
static struct filter *filter_new(const struct conf *conf, struct text *message_r)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	int err = filter == NULL ? ERR_MEMORY : ERR_NONE;

	if (err == ERR_NONE)
		err = lookup_pool_new(conf->database, &filter->lookups);
	if (err == ERR_NONE)
		err = hitlog_start(conf->hit_log, conf->milter.hit_sync == HIT_SYNC_FULL,
			filter_log_failure, &filter->hits);
	if (err == ERR_NONE)
		return filter;
	text_add(message_r, err_text(err));
	if (filter != NULL)
		pool_free(&filter->lookups);
	free(filter);
	return NULL;
}

int filter_install(struct conf *conf, bool must_work, struct text *message_r)
{
	int err = try_databases(conf, message_r);
	struct filter *filter;

	if (err != ERR_NONE && must_work)
		return err;
	if (err != ERR_NONE)
		log_warning("%s; until this is fixed, mail is handled according to on_error",
			message_r->buffer);
	text_clear(message_r);
	filter = filter_new(conf, message_r);
	if (filter == NULL)
		return ERR_MEMORY;
	filter->snapshot.free = filter_free;
	filter->conf = conf;
	link_filter(filter);
	snapshot_install(&current, &filter->snapshot);
	return ERR_NONE;
}

bool filter_begin_step(void)
{
	atomic_fetch_add(&steps, 1);
	if (!atomic_load(&stopping))
		return true;
	atomic_fetch_sub(&steps, 1);
	return false;
}

void filter_end_step(void)
{
	atomic_fetch_sub(&steps, 1);
}

void filter_stop(void)
{
	static const struct timespec poll_time = {.tv_nsec = STOP_POLL_MSECS * 1000000L};

	atomic_store(&stopping, true);
	for (int waited = 0; atomic_load(&steps) > 0 && waited < STOP_WAIT_MSECS;
		waited += STOP_POLL_MSECS)
		nanosleep(&poll_time, NULL);
	/* Sessions may still hold their filters, but none of them records a hit any more. */
	pthread_mutex_lock(&mutex);
	for (struct filter *filter = all; filter != NULL; filter = filter->next)
		stop_hits(filter);
	pthread_mutex_unlock(&mutex);
}
