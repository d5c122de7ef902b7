/* SPDX-License-Identifier: BSD-2-Clause */
/* The hit log on a disk whose flushes are slow and counted. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/hitlog.h"
#include "store/migrate.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

static struct scratch_db hits;
static struct hitlog *hitlog;

/*
 * SQLite's own file system, but for the flushes of write-ahead logs. The methods are copied at the
 * first log that is opened, which is before there is a second thread.
 */
static sqlite3_vfs disk;
static sqlite3_io_methods log_methods;
static int (*open_file)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *);
static int (*flush_file)(sqlite3_file *, int);
static atomic_int flushes, flush_msecs;

static int flush_slowly(sqlite3_file *file, int flags)
{
	atomic_fetch_add(&flushes, 1);
	usleep((useconds_t)atomic_load(&flush_msecs) * 1000);
	return flush_file(file, flags);
}

static int open_slow_file(
	sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *flags_r)
{
	int code = open_file(vfs, name, file, flags, flags_r);

	if (code != SQLITE_OK || !(flags & SQLITE_OPEN_WAL))
		return code;
	if (flush_file == NULL) {
		log_methods = *file->pMethods;
		flush_file = log_methods.xSync;
		log_methods.xSync = flush_slowly;
	}
	file->pMethods = &log_methods;
	return code;
}

static int make_disk(void **state)
{
	(void)state;
	disk = *sqlite3_vfs_find(NULL);
	open_file = disk.xOpen;
	disk.zName = "slow";
	disk.xOpen = open_slow_file;
	return sqlite3_vfs_register(&disk, 1);
}

static int open_log(void **state)
{
	(void)state;
	scratch_db_open(&hits, DB_HITS);
	atomic_store(&flushes, 0);
	atomic_store(&flush_msecs, 0);
	return hitlog_start(hits.path, true, NULL, &hitlog);
}

static int close_log(void **state)
{
	(void)state;
	atomic_store(&flush_msecs, 0);
	hitlog_stop(&hitlog);
	scratch_db_close(&hits);
	return 0;
}

static void compose(struct hit *hit, const void *context)
{
	snprintf(hit->reply, sizeof(hit->reply), "%s %s", (const char *)context, hit->ref);
}

static int record_within(int wait_msecs)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit = {
		.at = 1700000000,
		.listing = {.list = "ops", .reason = "open proxy", .network = {.prefix = 128}},
		.stage = STAGE_RCPT,
		.action = HIT_REFUSED,
	};

	return hitlog_record(hitlog, &hit, compose, "reply", wait_msecs, HIT_LOGGED,
		"answered before", &message);
}

static int64_t count_rows(const char *condition)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM hit WHERE %s", condition);
	return scratch_db_int(&hits, sql);
}

#define SESSIONS 24
#define HITS_EACH 8

static void *record_some(void *failures)
{
	for (int i = 0; i < HITS_EACH; i++)
		*(int *)failures += record_within(30000) != ERR_NONE;
	return NULL;
}

static void many_sessions_share_one_flush(void **state)
{
	pthread_t threads[SESSIONS];
	int failures[SESSIONS] = {0};

	(void)state;
	atomic_store(&flush_msecs, 40);
	for (int i = 0; i < SESSIONS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, record_some, &failures[i]), 0);
	for (int i = 0; i < SESSIONS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(failures[i], 0);
	}
	assert_int_equal(count_rows("1"), SESSIONS * HITS_EACH);
	assert_in_range(atomic_load(&flushes), HITS_EACH, SESSIONS * HITS_EACH / 2);
}

static void a_hit_is_flushed_before_it_is_on_record(void **state)
{
	(void)state;
	atomic_store(&flush_msecs, 100);
	for (int i = 1; i <= 3; i++) {
		int64_t start = clock_monotonic_msecs();
		assert_int_equal(record_within(30000), ERR_NONE);
		assert_true(clock_monotonic_msecs() - start >= 100);
		assert_true(atomic_load(&flushes) >= i);
	}
}

static void without_full_safety_no_flush_is_waited_for(void **state)
{
	(void)state;
	hitlog_stop(&hitlog);
	assert_int_equal(hitlog_start(hits.path, false, NULL, &hitlog), ERR_NONE);
	atomic_store(&flushes, 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(record_within(30000), ERR_NONE);
	assert_true(atomic_load(&flushes) < 10);
	assert_int_equal(count_rows("1"), 20);
}

/* Lets a session give up in the middle of its commit, which takes some time. */
static void give_up_during_a_commit(void)
{
	int64_t start = clock_monotonic_msecs();

	atomic_store(&flush_msecs, 1500);
	assert_int_equal(record_within(300), ERR_TIMEOUT);
	assert_true(clock_monotonic_msecs() - start < 1500);
	atomic_store(&flush_msecs, 0);
}

static void a_session_that_gave_up_during_the_commit_finds_its_row_amended(void **state)
{
	(void)state;
	give_up_during_a_commit();
	assert_int_equal(hitlog_stop(&hitlog), 0);
	assert_int_equal(count_rows("1"), 1);
	assert_int_equal(count_rows("action = 'logged' AND reply = 'answered before'"), 1);
}

static void a_row_is_amended_while_the_log_continues(void **state)
{
	(void)state;
	give_up_during_a_commit();
	assert_int_equal(record_within(30000), ERR_NONE);
	for (int i = 0; i < 250 && count_rows("action = 'logged'") == 0; i++)
		usleep(20000);
	assert_int_equal(count_rows("id = 1 AND action = 'logged'"), 1);
	assert_int_equal(count_rows("id > 1 AND action = 'refused'"), 1);
}

/* Rows of another file may have the same numbers. */
static void no_row_of_another_log_is_amended(void **state)
{
	char buffer[512], fresh[128];
	struct text message = TEXT_OVER(buffer);
	sqlite3 *other;
	int from;

	(void)state;
	assert_int_equal(record_within(30000), ERR_NONE);
	snprintf(fresh, sizeof(fresh), "%s.fresh", hits.path);
	assert_int_equal(migrate(fresh, DB_HITS, &from, &message), ERR_NONE);
	assert_int_equal(sqlite3_open(fresh, &other), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(other,
			"WITH n(i) AS (VALUES (1), (2), (3)) INSERT INTO hit SELECT i, 1, "
			"zeroblob(16), '', '', '', '', '', '', '', '', 1, 'rcpt', 'refused', '', "
			"i || '-000000000000', '', '' FROM n",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	give_up_during_a_commit();
	sqlite3_close(hits.sqlite);
	assert_int_equal(rename(fresh, hits.path), 0);
	assert_int_equal(hitlog_stop(&hitlog), 0);
	assert_int_equal(sqlite3_open(hits.path, &hits.sqlite), SQLITE_OK);
	assert_int_equal(count_rows("action = 'refused'"), 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_log, close_log)
	const struct CMUnitTest tests[] = {
		TEST(many_sessions_share_one_flush),
		TEST(a_hit_is_flushed_before_it_is_on_record),
		TEST(without_full_safety_no_flush_is_waited_for),
		TEST(a_session_that_gave_up_during_the_commit_finds_its_row_amended),
		TEST(a_row_is_amended_while_the_log_continues),
		TEST(no_row_of_another_log_is_amended),
	};

	return cmocka_run_group_tests(tests, make_disk, NULL);
}
