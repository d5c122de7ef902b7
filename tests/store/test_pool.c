/* SPDX-License-Identifier: BSD-2-Clause */
/* The pool of connections. */
#include "store/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

#define WAIT_MSECS 300

static struct scratch_db ops;
static struct pool *pool;

static int open_pool(void **state)
{
	static const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_SITE, .writable = true, .wait_msecs = WAIT_MSECS};

	(void)state;
	scratch_db_open(&ops, DB_OPS);
	return pool_new(ops.path, &options, 2, &pool);
}

static int close_pool(void **state)
{
	(void)state;
	pool_free(&pool);
	assert_null(pool);
	pool_free(&pool);
	scratch_db_close(&ops);
	return 0;
}

static struct db *lend(void)
{
	struct db *db;

	assert_int_equal(pool_lend(pool, &db, NULL), ERR_NONE);
	return db;
}

/* How long a write transaction is waited for; returns the connection with its outcome. */
static int64_t msecs_of_write(int expected)
{
	struct db *db = lend();
	int64_t began = clock_monotonic_msecs();
	int err = db_begin_write(db);

	assert_int_equal(err, expected);
	err = db_end(db, err);
	pool_return(pool, &db, err);
	return clock_monotonic_msecs() - began;
}

static void a_returned_connection_is_lent_again(void **state)
{
	struct db *db = lend(), *first = db;

	(void)state;
	pool_return(pool, &db, ERR_NONE);
	assert_null(db);
	db = lend();
	assert_ptr_equal(db, first);
	/* An error that is not one of the database. */
	pool_return(pool, &db, ERR_NOT_FOUND);
	db = lend();
	assert_ptr_equal(db, first);
	pool_return(pool, &db, ERR_NONE);
}

static atomic_bool has_one;

static void *lend_one_more(void *unused)
{
	struct db *db = lend();

	atomic_store(&has_one, true);
	pool_return(pool, &db, ERR_NONE);
	return unused;
}

static void a_thread_waits_while_all_are_lent(void **state)
{
	struct db *one = lend(), *other = lend();
	pthread_t thread;

	(void)state;
	assert_ptr_not_equal(one, other);
	assert_int_equal(pthread_create(&thread, NULL, lend_one_more, NULL), 0);
	usleep(100000);
	assert_false(atomic_load(&has_one));
	pool_return(pool, &one, ERR_NONE);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(atomic_load(&has_one));
	pool_return(pool, &other, ERR_NONE);
}

static void a_failed_connection_is_closed_and_the_next_works(void **state)
{
	struct db *db = lend();

	(void)state;
	assert_int_equal(db_execute(db, "CREATE TEMP TABLE mark (x)"), ERR_NONE);
	pool_return(pool, &db, ERR_DB);
	db = lend();
	assert_int_equal(db_execute(db, "SELECT * FROM temp.mark"), ERR_DB);
	pool_return(pool, &db, ERR_NONE);
}

static void a_lock_is_waited_for_only_until_a_use_failed(void **state)
{
	(void)state;
	scratch_db_execute(&ops, "BEGIN IMMEDIATE");
	assert_true(msecs_of_write(ERR_DB_BUSY) >= WAIT_MSECS / 2);
	assert_true(msecs_of_write(ERR_DB_BUSY) < WAIT_MSECS / 2);
	scratch_db_execute(&ops, "COMMIT");
	msecs_of_write(ERR_NONE);
	scratch_db_execute(&ops, "BEGIN IMMEDIATE");
	assert_true(msecs_of_write(ERR_DB_BUSY) >= WAIT_MSECS / 2);
	scratch_db_execute(&ops, "COMMIT");
}

static void a_missing_file_is_named_and_nothing_is_lent(void **state)
{
	char buffer[512], away[128];
	struct text message = TEXT_OVER(buffer);
	struct db *db = lend();

	(void)state;
	pool_return(pool, &db, ERR_NONE);
	snprintf(away, sizeof(away), "%s.away", ops.path);
	assert_int_equal(rename(ops.path, away), 0);
	usleep(150000); /* it is noticed within a tenth of a second */
	for (int i = 0; i < 3; i++) {
		text_clear(&message);
		assert_int_equal(pool_lend(pool, &db, &message), ERR_DB_MISSING);
		assert_null(db);
		assert_non_null(strstr(buffer, ops.path));
	}
	assert_int_equal(rename(away, ops.path), 0);
	db = lend();
	pool_return(pool, &db, ERR_NONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_pool, close_pool)
	const struct CMUnitTest tests[] = {
		TEST(a_returned_connection_is_lent_again),
		TEST(a_thread_waits_while_all_are_lent),
		TEST(a_failed_connection_is_closed_and_the_next_works),
		TEST(a_lock_is_waited_for_only_until_a_use_failed),
		TEST(a_missing_file_is_named_and_nothing_is_lent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
