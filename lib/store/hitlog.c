/* SPDX-License-Identifier: BSD-2-Clause */
/* The writer of the hit log: a thread that commits the hits of many sessions together. */
#include "store/hitlog.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
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
 * the log is failing it does not wait, or each refused client would wait for nothing.
 */
#define LOCK_WAIT_MSECS 4000

/* Hits in one transaction; with more, the first of them would wait for the last. */
#define BATCH_MAX 512

/* Posted hits that are kept while the log cannot be written: 7 MB of them. */
#define BACKGROUND_MAX 2000

/* How often failed hits are tried again, and after how long without work the log is tidied. */
#define TICK_SECS 1

struct hitlog {
	pthread_t thread;
	pthread_mutex_t mutex;          /* guards what follows, up to db */
	pthread_cond_t work;            /* something was queued, or stopping was set */
	struct hitlog_queue waiting;    /* not tried yet */
	struct hitlog_queue background; /* failed; nobody waits for them */
	bool stopping;

	/* Used by the writer only. */
	struct db *db;
	bool dirty;   /* written to since the last tidying */
	bool failing; /* the last transaction failed */

	/* Set at the start. */
	bool sync_full;
	hitlog_report *report;
	char path[];
};

static int lock_wait_msecs(const struct hitlog *log)
{
	return log->failing ? 0 : LOCK_WAIT_MSECS;
}

/*
 * Closes a connection whose file is no longer the one at its path. First, what is only in the
 * write-ahead log is written back into the old file: the log's name stays the same, and SQLite
 * would take it for the log of the new file. A reader of the old file can hold that up.
 */
static int drop_stale(struct hitlog *log, struct text *message_r)
{
	if (log->db == NULL || !db_is_stale(log->db, 0))
		return ERR_NONE;
	db_set_wait(log->db, lock_wait_msecs(log));
	if (db_checkpoint(log->db) == ERR_DB_BUSY) {
		text_add_format(message_r,
			"%s: was replaced or deleted while another program reads the old file; "
			"end that program",
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
		.wait_msecs = lock_wait_msecs(log),
	};

	int err = drop_stale(log, message_r);
	if (err != ERR_NONE || log->db != NULL)
		return err;
	err = store_open(log->path, &options, &log->db, message_r);
	if (err != ERR_NONE)
		return err;
	err = db_execute(log->db,
		log->sync_full ? "PRAGMA synchronous = full" : "PRAGMA synchronous = normal");
	return db_explain(log->db, err, message_r);
}

static int insert_hit(struct hitlog *log, const struct hit *hit)
{
	struct statement *insert = db_begin(log->db, ADD_HIT);
	char network[NETWORK_TEXT_SIZE];

	network_format(&hit->listing.network, network);
	db_bind_int(insert, 1, hit->id);
	db_bind_int(insert, 2, hit->at);
	db_bind_addr(insert, 3, &hit->client.addr);
	db_bind_addr_text(insert, 4, &hit->client.addr);
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

static void explain_refusal(struct hitlog *log, struct hitlog_entry *entry)
{
	struct text error = TEXT_OVER(entry->error);
	char client[ADDR_TEXT_SIZE];

	addr_format(&entry->hit.client.addr, client);
	text_add_format(&error, "%s: the hit of %s on list %s breaks a rule of the schema (%s)",
		log->path, client, entry->hit.listing.list, db_error(log->db));
}

/* A row that breaks a rule of the schema fails alone (ERR_REFUSED); any other failure fails all. */
static int write_entries(struct hitlog *log, struct hitlog_queue *batch, struct text *message_r)
{
	int64_t id;
	int err = db_get_int(db_begin(log->db, LAST_HIT_ID), &id);

	if (err == ERR_NONE && id > INT64_MAX - (int64_t)batch->count) {
		text_add_format(message_r,
			"%s: no hit numbers are left; move the file away, then run \"opsctl init\"",
			log->path);
		return ERR_DB_FULL;
	}
	for (struct hitlog_entry *entry = batch->head; entry != NULL && err == ERR_NONE;
		entry = entry->next) {
		entry->err = write_entry(log, entry, ++id);
		if (entry->err == ERR_REFUSED)
			explain_refusal(log, entry);
		else
			err = entry->err;
	}
	return err;
}

static _Atomic int64_t commits, commit_usecs, longest_usecs; /* of all hit logs */

static void count_commit(int64_t usecs)
{
	int64_t longest = longest_usecs;

	commits++;
	commit_usecs += usecs;
	while (usecs > longest && !atomic_compare_exchange_weak(&longest_usecs, &longest, usecs))
		continue;
}

struct hitlog_times hitlog_times(void)
{
	return (struct hitlog_times){
		.commits = commits, .usecs = commit_usecs, .longest_usecs = longest_usecs};
}

static int write_batch(struct hitlog *log, struct hitlog_queue *batch, struct text *message_r)
{
	int err = open_db(log, message_r);

	if (err != ERR_NONE)
		return err;
	db_set_wait(log->db, lock_wait_msecs(log));
	err = db_begin_write(log->db);
	if (err == ERR_NONE)
		err = write_entries(log, batch, message_r);
	int64_t began = clock_monotonic_usecs();
	err = db_end(log->db, err);
	if (err == ERR_NONE)
		count_commit(clock_monotonic_usecs() - began);
	else if (message_r->buffer[0] == '\0')
		db_explain(log->db, err, message_r);
	return err;
}

/* The session gave up during the commit, but the row is there: it is to say what was done instead.
 */
static void make_amendment(struct hitlog_entry *entry)
{
	entry->amend = true;
	entry->hit.action = entry->fallback;
	text_copy(entry->hit.reply, sizeof(entry->hit.reply), entry->why);
}

/* An entry that no session waits for: true when it is to be tried again. */
static bool keep(struct hitlog *log, struct hitlog_entry *entry, bool failed)
{
	if (failed)
		return entry->amend || entry->fallback == HIT_NONE;
	if (entry->err == ERR_REFUSED) {
		if (log->report != NULL)
			log->report(entry->error);
		return false;
	}
	if (entry->amend || entry->fallback == HIT_NONE)
		return false;
	make_amendment(entry);
	return true;
}

/* Tells the sessions of a batch the outcome, and moves what is still to be done to `left`. */
static void finish_batch(struct hitlog *log, struct hitlog_queue *batch, int err, const char *error,
	struct hitlog_queue *left)
{
	struct hitlog_entry *entry;

	while ((entry = hitlog_queue_pop(batch)) != NULL) {
		if (err != ERR_NONE) {
			entry->err = err;
			text_copy(entry->error, sizeof(entry->error), error);
		}
		if (hitlog_entry_hand_back(entry))
			continue;
		if (keep(log, entry, err != ERR_NONE))
			hitlog_queue_push(left, entry);
		else
			hitlog_entry_free(entry);
	}
}

/* After a failure the connection is opened again, but a lock is only waited for. */
static void note_outcome(struct hitlog *log, int err)
{
	log->failing = err != ERR_NONE;
	log->dirty = log->dirty || err == ERR_NONE;
	if (err != ERR_NONE && err != ERR_DB_BUSY)
		db_close(&log->db);
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

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += TICK_SECS;
	while (log->waiting.count == 0 && !log->stopping && timed_out != ETIMEDOUT)
		timed_out = pthread_cond_timedwait(&log->work, &log->mutex, &until);
	return log->waiting.count > 0 || log->stopping;
}

/* Writes one batch. Under the mutex, which is released while the disk works. */
static int commit_batch(struct hitlog *log)
{
	char error[HITLOG_ERROR_SIZE];
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
	finish_batch(log, &batch, err, error, &left);
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
	/* At the end there is one try: no client was told of what is left after a failure. */
	while (log->waiting.count + log->background.count > 0 && commit_batch(log) == ERR_NONE)
		continue;
	pthread_mutex_unlock(&log->mutex);
	tidy(log);
	db_close(&log->db);
	return NULL;
}

static void free_log(struct hitlog **log)
{
	pthread_cond_destroy(&(*log)->work);
	pthread_mutex_destroy(&(*log)->mutex);
	free(*log);
	*log = NULL;
}

int hitlog_start(const char *path, bool sync_full, hitlog_report *report, struct hitlog **log_r)
{
	size_t size = strlen(path) + 1;
	struct hitlog *log = calloc(1, sizeof(*log) + size);

	*log_r = log;
	if (log == NULL)
		return ERR_MEMORY;
	memcpy(log->path, path, size);
	log->sync_full = sync_full;
	log->report = report;
	hitlog_queue_init(&log->waiting);
	hitlog_queue_init(&log->background);
	pthread_mutex_init(&log->mutex, NULL);
	clock_init_condition(&log->work);
	if (pthread_create(&log->thread, NULL, write_hits, log) == 0)
		return ERR_NONE;
	free_log(log_r);
	return ERR_MEMORY;
}

size_t hitlog_stop(struct hitlog **log)
{
	struct hitlog *gone = *log;
	struct hitlog_entry *entry;

	if (gone == NULL)
		return 0;
	pthread_mutex_lock(&gone->mutex);
	gone->stopping = true;
	pthread_cond_signal(&gone->work);
	pthread_mutex_unlock(&gone->mutex);
	pthread_join(gone->thread, NULL);
	hitlog_queue_move(&gone->waiting, &gone->background, SIZE_MAX);
	size_t lost = gone->background.count;
	while ((entry = hitlog_queue_pop(&gone->background)) != NULL)
		hitlog_entry_free(entry);
	free_log(log);
	return lost;
}

/* False when `room` or more entries are waiting. */
static bool enqueue(struct hitlog *log, struct hitlog_entry *entry, size_t room)
{
	pthread_mutex_lock(&log->mutex);
	bool fits = log->waiting.count + log->background.count < room;
	if (fits)
		hitlog_queue_push(&log->waiting, entry);
	/* A writer that is busy looks at the queue again before it waits. */
	if (log->waiting.count == 1)
		pthread_cond_signal(&log->work);
	pthread_mutex_unlock(&log->mutex);
	return fits;
}

/*
 * The session continues without its entry: true when it may free it, as the writer has not taken
 * it, or has just handed it back. Else the writer frees it.
 */
static bool give_up(
	struct hitlog *log, struct hitlog_entry *entry, enum hit_action fallback, const char *why)
{
	pthread_mutex_lock(&log->mutex);
	bool untouched = hitlog_queue_remove(&log->waiting, entry);
	pthread_mutex_unlock(&log->mutex);
	if (untouched)
		return true;
	entry->fallback = fallback;
	entry->why = why;
	return !hitlog_entry_leave(entry);
}

int hitlog_record(struct hitlog *log, struct hit *hit, hitlog_compose *compose, const void *context,
	int wait_msecs, enum hit_action fallback, const char *why, struct text *message_r)
{
	struct hitlog_entry *entry = hitlog_entry_new(hit, HITLOG_AWAITED, message_r);
	int err = ERR_TIMEOUT;

	if (entry == NULL)
		return ERR_MEMORY;
	entry->compose = compose;
	entry->context = context;
	enqueue(log, entry, SIZE_MAX);
	bool mine = hitlog_entry_wait(entry, wait_msecs) || give_up(log, entry, fallback, why);
	/* An entry that the writer never took has no outcome. */
	if (mine && entry->state == HITLOG_DONE)
		err = entry->err;
	if (err == ERR_NONE)
		*hit = entry->hit;
	else if (err == ERR_TIMEOUT)
		text_add_format(
			message_r, "%s: a hit was not on disk within %d ms", log->path, wait_msecs);
	else
		text_add(message_r, entry->error);
	if (mine)
		hitlog_entry_free(entry);
	return err;
}

int hitlog_post(struct hitlog *log, const struct hit *hit, struct text *message_r)
{
	struct hitlog_entry *entry = hitlog_entry_new(hit, HITLOG_ALONE, message_r);

	if (entry == NULL)
		return ERR_MEMORY;
	if (enqueue(log, entry, BACKGROUND_MAX))
		return ERR_NONE;
	text_add_format(message_r, "%s: %d hits are waiting to be written; this one is lost",
		log->path, BACKGROUND_MAX);
	hitlog_entry_free(entry);
	return ERR_REFUSED;
}
