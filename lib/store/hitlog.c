/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/hitlog.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/hitlog_queue.h"
#include "store/migrate.h"

/*
 * How long a transaction waits for another program's lock: less than sessions wait for a hit. While
 * the log is failing it does not wait at all, or each refused client would pay for the fault.
 */
#define LOCK_WAIT_MSECS 4000

/* Hits in one transaction; more would only make the first of them wait for the last. */
#define BATCH_MAX 512

/* Hits held while the log cannot be written, 5 MB of them; none is one that a client was told of.
 */
#define BACKGROUND_MAX 2000

/* How often what nobody waits for is tried again, and how long a log is idle before it is tidied.
 */
#define TICK_SECS 1

struct hitlog {
	pthread_t thread;
	pthread_mutex_t mutex;       /* guards all below but db, dirty and failing */
	pthread_cond_t work;         /* something was queued, or stopping was set */
	pthread_condattr_t clock;    /* timed waits go by the monotonic clock */
	struct hitlog_queue waiting; /* not tried yet */
	struct hitlog_queue
		background; /* failed, and tried again at each tick: nobody waits for them */
	char error[512];    /* of the last failed transaction */
	bool stopping;

	/* The writer's own. */
	struct db *db;
	bool dirty;   /* written to since the last tidying */
	bool failing; /* the last transaction failed */

	/* Set at the start. */
	bool sync_full;
	char path[];
};

/*
 * Drops a connection whose file is no longer the one at its path. What of the old database stands
 * only in the write-ahead log is written back first: that log keeps its name, and would be taken
 * for the new database's. While a reader of the old one holds that up, the log is busy.
 */
static int drop_stale(struct hitlog *log, struct text *message_r)
{
	if (log->db == NULL || !db_is_stale(log->db, 0))
		return ERR_NONE;
	db_set_wait(log->db, log->failing ? 0 : LOCK_WAIT_MSECS);
	if (db_checkpoint(log->db) == ERR_DB_BUSY) {
		text_add_format(message_r,
			"%s: was replaced or deleted while another program reads the old one; that "
			"program has to end first",
			log->path);
		return ERR_DB_BUSY;
	}
	db_close(&log->db);
	return ERR_NONE;
}

static int open_db(struct hitlog *log, struct text *message_r)
{
	struct db_options options = {
		.kind = DB_HITS,
		.role = ROLE_FILTER,
		.writable = true,
		.wait_msecs = log->failing ? 0 : LOCK_WAIT_MSECS,
	};

	int err = drop_stale(log, message_r);
	if (err != ERR_NONE || log->db != NULL)
		return err;
	err = store_open(log->path, &options, &log->db, message_r);
	if (err == ERR_NONE) {
		err = db_execute(log->db, log->sync_full ? "PRAGMA synchronous = full"
							 : "PRAGMA synchronous = normal");
		if (err != ERR_NONE)
			text_add_format(message_r, "%s: %s (%s)", log->path, err_text(err),
				db_error(log->db));
	}
	return err;
}

static int insert_hit(struct hitlog *log, const struct hit *hit)
{
	struct statement *insert = db_begin(log->db, ADD_HIT);
	char client[ADDR_TEXT_SIZE], network[NETWORK_TEXT_SIZE];

	addr_format(&hit->client.addr, client);
	network_format(&hit->listing.network, network);
	db_bind_int(insert, 1, hit->id);
	db_bind_int(insert, 2, hit->at);
	db_bind_addr(insert, 3, &hit->client.addr);
	db_bind_text(insert, 4, client);
	db_bind_text(insert, 5, hit->client.name);
	db_bind_text(insert, 6, hit->client.helo);
	db_bind_text(insert, 7, hit->client.mail_from);
	db_bind_text(insert, 8, hit->rcpt_to);
	db_bind_text(insert, 9, hit->listing.list);
	db_bind_text(insert, 10, network);
	db_bind_text(insert, 11, hit->listing.reason);
	db_bind_int(insert, 12, hit->listing.listed_at);
	db_bind_text(insert, 13, stage_name(hit->stage));
	db_bind_text(insert, 14, hit_action_name(hit->action));
	db_bind_text(insert, 15, hit->reply);
	db_bind_text(insert, 16, hit->ref);
	db_bind_text(insert, 17, hit->client.mta);
	db_bind_text(insert, 18, hit->client.queue_id);
	return db_run(insert);
}

static int amend_hit(struct hitlog *log, const struct hit *hit)
{
	struct statement *update = db_begin(log->db, AMEND_HIT);

	db_bind_int(update, 1, hit->id);
	db_bind_text(update, 2, hit_action_name(hit->action));
	db_bind_text(update, 3, hit->reply);
	db_bind_text(update, 4, hit->ref);
	return db_run(update);
}

/* Gives a hit its number and reference, composes its reply and inserts it. */
static int write_entry(struct hitlog *log, struct hitlog_entry *entry, int64_t id)
{
	uint64_t secret;

	if (entry->amend)
		return amend_hit(log, &entry->hit);
	if (getentropy(&secret, sizeof(secret)) != 0)
		return ERR_IO;
	entry->hit.id = id;
	hit_ref_format(id, secret, entry->hit.ref);
	if (entry->compose != NULL)
		entry->compose(&entry->hit, entry->context);
	return insert_hit(log, &entry->hit);
}

static int last_id(struct hitlog *log, int64_t *id_r)
{
	struct statement *row = db_begin(log->db, LAST_HIT_ID);
	int more = db_step(row);

	if (more <= 0)
		return more < 0 ? more : ERR_DB_CORRUPT;
	*id_r = db_int(row, 0);
	db_finish(row);
	return ERR_NONE;
}

/* A row that breaks a rule of the schema fails alone (ERR_REFUSED); any other failure fails all. */
static int write_entries(struct hitlog *log, struct hitlog_queue *batch)
{
	int64_t id;
	int err = last_id(log, &id);

	for (struct hitlog_entry *entry = batch->head; entry != NULL && err == ERR_NONE;
		entry = entry->next) {
		entry->err = write_entry(log, entry, ++id);
		if (entry->err != ERR_REFUSED)
			err = entry->err;
	}
	return err;
}

static pthread_mutex_t times_mutex = PTHREAD_MUTEX_INITIALIZER; /* guards times */
static struct hitlog_times times;

static void count_commit(int64_t usecs)
{
	pthread_mutex_lock(&times_mutex);
	times.commits++;
	times.usecs += usecs;
	if (usecs > times.longest_usecs)
		times.longest_usecs = usecs;
	pthread_mutex_unlock(&times_mutex);
}

struct hitlog_times hitlog_times(void)
{
	pthread_mutex_lock(&times_mutex);
	struct hitlog_times copy = times;
	pthread_mutex_unlock(&times_mutex);
	return copy;
}

static int commit(struct hitlog *log)
{
	int64_t began = clock_monotonic_usecs();
	int err = db_commit(log->db);

	if (err == ERR_NONE)
		count_commit(clock_monotonic_usecs() - began);
	return err;
}

static int write_batch(struct hitlog *log, struct hitlog_queue *batch, struct text *message_r)
{
	int err = open_db(log, message_r);

	if (err != ERR_NONE)
		return err;
	db_set_wait(log->db, log->failing ? 0 : LOCK_WAIT_MSECS);
	err = db_begin_write(log->db);
	if (err == ERR_NONE)
		err = write_entries(log, batch);
	if (err == ERR_NONE)
		err = commit(log);
	if (err != ERR_NONE) {
		text_add_format(
			message_r, "%s: %s (%s)", log->path, err_text(err), db_error(log->db));
		db_rollback(log->db);
	}
	return err;
}

/* The session gave up during the commit, and the row is there: it is to say what was done instead.
 */
static void make_amendment(struct hitlog_entry *entry)
{
	entry->amend = true;
	entry->hit.action = entry->otherwise;
	text_copy(entry->hit.reply, sizeof(entry->hit.reply), entry->why);
}

/* Tells the sessions of a batch how it went, and moves what is still to be done to `left`. */
static void finish_batch(struct hitlog_queue *batch, int err, struct hitlog_queue *left)
{
	struct hitlog_entry *entry;

	while ((entry = hitlog_queue_pop(batch)) != NULL) {
		bool written = err == ERR_NONE && entry->err == ERR_NONE;
		entry->err = err != ERR_NONE ? err : entry->err;
		if (hitlog_entry_hand_back(entry))
			continue;
		if (written && entry->otherwise != HIT_NONE && !entry->amend) {
			make_amendment(entry);
			hitlog_queue_push(left, entry);
		} else if (err != ERR_NONE && (entry->amend || entry->otherwise == HIT_NONE)) {
			hitlog_queue_push(left, entry);
		} else {
			hitlog_entry_free(entry);
		}
	}
}

/* What a failed connection would go on failing with is opened anew; a lock is only waited for. */
static void note_outcome(struct hitlog *log, int err)
{
	log->failing = err != ERR_NONE;
	log->dirty = log->dirty || err == ERR_NONE;
	if (err != ERR_NONE && err != ERR_DB_BUSY)
		db_close(&log->db);
}

static void set_error(struct hitlog *log, const char *error)
{
	pthread_mutex_lock(&log->mutex);
	text_copy(log->error, sizeof(log->error), error);
	pthread_mutex_unlock(&log->mutex);
}

static void tidy(struct hitlog *log)
{
	if (!log->dirty || log->db == NULL)
		return;
	db_set_wait(log->db, 0);
	db_checkpoint(log->db);
	log->dirty = false;
}

/* Waits for work: false after a tick without any. Under the mutex. */
static bool wait_for_work(struct hitlog *log)
{
	struct timespec until;
	int timed_out = 0;

	if (log->waiting.count > 0 || log->stopping)
		return true;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += TICK_SECS;
	while (log->waiting.count == 0 && !log->stopping && timed_out != ETIMEDOUT)
		timed_out = pthread_cond_timedwait(&log->work, &log->mutex, &until);
	return log->waiting.count > 0 || log->stopping;
}

/* Takes one batch through: under the mutex, which is given up while the disk works. */
static int commit_batch(struct hitlog *log)
{
	char error[sizeof(log->error)];
	struct text message = TEXT_OVER(error);
	struct hitlog_queue batch, left;

	hitlog_queue_init(&batch);
	hitlog_queue_init(&left);
	hitlog_queue_move(&log->background, &batch, BATCH_MAX);
	hitlog_queue_move(&log->waiting, &batch, BATCH_MAX);
	if (batch.count == 0)
		return ERR_NONE;
	pthread_mutex_unlock(&log->mutex);
	int err = write_batch(log, &batch, &message);
	note_outcome(log, err);
	if (err != ERR_NONE)
		set_error(log, error);
	finish_batch(&batch, err, &left);
	pthread_mutex_lock(&log->mutex);
	hitlog_queue_move(&left, &log->background, SIZE_MAX);
	return err;
}

static void *write_hits(void *argument)
{
	struct hitlog *log = argument;

	pthread_mutex_lock(&log->mutex);
	while (!log->stopping) {
		bool work = wait_for_work(log);
		(void)commit_batch(log);
		if (work)
			continue;
		pthread_mutex_unlock(&log->mutex);
		tidy(log);
		pthread_mutex_lock(&log->mutex);
	}
	/* At the end one failure is enough: what is left then is nothing that a client was told. */
	while (log->waiting.count + log->background.count > 0 && commit_batch(log) == ERR_NONE)
		continue;
	pthread_mutex_unlock(&log->mutex);
	tidy(log);
	db_close(&log->db);
	return NULL;
}

int hitlog_start(const char *path, bool sync_full, struct hitlog **log_r)
{
	size_t size = strlen(path) + 1;
	struct hitlog *log = calloc(1, sizeof(*log) + size);

	*log_r = NULL;
	if (log == NULL)
		return ERR_MEMORY;
	memcpy(log->path, path, size);
	log->sync_full = sync_full;
	hitlog_queue_init(&log->waiting);
	hitlog_queue_init(&log->background);
	pthread_condattr_init(&log->clock);
	pthread_condattr_setclock(&log->clock, CLOCK_MONOTONIC);
	pthread_mutex_init(&log->mutex, NULL);
	pthread_cond_init(&log->work, &log->clock);
	if (pthread_create(&log->thread, NULL, write_hits, log) != 0) {
		pthread_cond_destroy(&log->work);
		pthread_mutex_destroy(&log->mutex);
		pthread_condattr_destroy(&log->clock);
		free(log);
		return ERR_MEMORY;
	}
	*log_r = log;
	return ERR_NONE;
}

size_t hitlog_stop(struct hitlog **log)
{
	struct hitlog_entry *entry;
	size_t lost;

	if (*log == NULL)
		return 0;
	pthread_mutex_lock(&(*log)->mutex);
	(*log)->stopping = true;
	pthread_cond_signal(&(*log)->work);
	pthread_mutex_unlock(&(*log)->mutex);
	pthread_join((*log)->thread, NULL);
	hitlog_queue_move(&(*log)->waiting, &(*log)->background, SIZE_MAX);
	lost = (*log)->background.count;
	while ((entry = hitlog_queue_pop(&(*log)->background)) != NULL)
		hitlog_entry_free(entry);
	pthread_cond_destroy(&(*log)->work);
	pthread_mutex_destroy(&(*log)->mutex);
	pthread_condattr_destroy(&(*log)->clock);
	free(*log);
	*log = NULL;
	return lost;
}

/*
 * The session goes on without its entry: true when it may free it, as the writer has not taken it,
 * or is through with it by now. Else the writer frees it.
 */
static bool give_up(
	struct hitlog *log, struct hitlog_entry *entry, enum hit_action otherwise, const char *why)
{
	pthread_mutex_lock(&log->mutex);
	bool untouched = hitlog_queue_remove(&log->waiting, entry);
	pthread_mutex_unlock(&log->mutex);
	if (untouched)
		return true;
	entry->otherwise = otherwise;
	entry->why = why;
	return !hitlog_entry_leave(entry);
}

static void say_error(struct hitlog *log, int err, int wait_msecs, struct text *message_r)
{
	if (err == ERR_TIMEOUT) {
		text_add_format(
			message_r, "%s: a hit was not on disk within %d ms", log->path, wait_msecs);
		return;
	}
	if (err == ERR_REFUSED) {
		text_add_format(message_r, "%s: a hit breaks a rule of the schema", log->path);
		return;
	}
	pthread_mutex_lock(&log->mutex);
	text_add(message_r, log->error);
	pthread_mutex_unlock(&log->mutex);
}

static void enqueue(struct hitlog *log, struct hitlog_entry *entry)
{
	pthread_mutex_lock(&log->mutex);
	hitlog_queue_push(&log->waiting, entry);
	/* A writer that is at work looks again by itself. */
	if (log->waiting.count == 1)
		pthread_cond_signal(&log->work);
	pthread_mutex_unlock(&log->mutex);
}

int hitlog_record(struct hitlog *log, struct hit *hit, hitlog_compose *compose, const void *context,
	int wait_msecs, enum hit_action otherwise, const char *why, struct text *message_r)
{
	struct hitlog_entry *entry;
	int err = hitlog_entry_new(hit, &entry);

	if (err != ERR_NONE) {
		text_add(message_r, err_text(err));
		return err;
	}
	entry->compose = compose;
	entry->context = context;
	enqueue(log, entry);
	if (!hitlog_entry_wait(entry, wait_msecs) && !give_up(log, entry, otherwise, why)) {
		say_error(log, ERR_TIMEOUT, wait_msecs, message_r);
		return ERR_TIMEOUT;
	}
	/* An entry that the writer never took has no outcome. */
	err = entry->state == HITLOG_DONE ? entry->err : ERR_TIMEOUT;
	if (err == ERR_NONE)
		*hit = entry->hit;
	else
		say_error(log, err, wait_msecs, message_r);
	hitlog_entry_free(entry);
	return err;
}

int hitlog_post(struct hitlog *log, const struct hit *hit, struct text *message_r)
{
	struct hitlog_entry *entry;
	int err = hitlog_entry_new(hit, &entry);

	if (err != ERR_NONE) {
		text_add(message_r, err_text(err));
		return err;
	}
	entry->state = HITLOG_ALONE;
	pthread_mutex_lock(&log->mutex);
	bool room = log->waiting.count + log->background.count < BACKGROUND_MAX;
	if (room) {
		hitlog_queue_push(&log->waiting, entry);
		pthread_cond_signal(&log->work);
	}
	pthread_mutex_unlock(&log->mutex);
	if (room)
		return ERR_NONE;
	text_add_format(message_r, "%s: too many hits are waiting to be written", log->path);
	hitlog_entry_free(entry);
	return ERR_REFUSED;
}
