/* SPDX-License-Identifier: BSD-2-Clause */
/* The hit log: recording, posting, group commit and locks. */
#include <pthread.h>
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

#define WAIT_MSECS 10000

static struct scratch_db hits;
static struct hitlog *hitlog;

static pthread_mutex_t report_mutex = PTHREAD_MUTEX_INITIALIZER;
static char reported[512]; /* guarded by report_mutex */

static void report(const char *message)
{
	pthread_mutex_lock(&report_mutex);
	text_copy(reported, sizeof(reported), message);
	pthread_mutex_unlock(&report_mutex);
}

static int open_log(void **state)
{
	(void)state;
	scratch_db_open(&hits, DB_HITS);
	return hitlog_start(hits.path, true, report, &hitlog);
}

static int close_log(void **state)
{
	(void)state;
	hitlog_stop(&hitlog);
	scratch_db_close(&hits);
	return 0;
}

static struct hit sample_hit(void)
{
	struct hit hit = {
		.at = 1700000000,
		.listing = {.list = "ops", .reason = "open proxy", .network = {.prefix = 128}},
		.client = {.addr = {{[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1}}},
		.stage = STAGE_RCPT,
		.action = HIT_REFUSED,
	};

	hit.listing.network.addr = hit.client.addr;
	return hit;
}

static void compose(struct hit *hit, const void *context)
{
	snprintf(hit->reply, sizeof(hit->reply), "%s %s", (const char *)context, hit->ref);
}

static int record_within(struct hit *hit, int wait_msecs)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	int err = hitlog_record(
		hitlog, hit, compose, "reply", wait_msecs, HIT_LOGGED, "answered before", &message);

	assert_true((err == ERR_NONE) == (buffer[0] == '\0'));
	return err;
}

static int record(struct hit *hit)
{
	*hit = sample_hit();
	return record_within(hit, WAIT_MSECS);
}

static int64_t count_rows(const char *condition)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM hit WHERE %s", condition);
	return scratch_db_int(&hits, sql);
}

/* Waits up to five seconds for posted rows. */
static int64_t await_rows(const char *condition, int64_t expected)
{
	for (int i = 0; i < 250 && count_rows(condition) < expected; i++)
		usleep(20000);
	return count_rows(condition);
}

static void make_again(const char *path)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	int from;

	assert_int_equal(migrate(path, DB_HITS, &from, &message), ERR_NONE);
}

static void reopen(const char *path)
{
	sqlite3_close(hits.sqlite);
	assert_int_equal(sqlite3_open(path, &hits.sqlite), SQLITE_OK);
	sqlite3_busy_timeout(hits.sqlite, 5000);
}

static void a_recorded_hit_is_on_disk_with_its_reference(void **state)
{
	char condition[128];
	struct hit hit;
	char ref[REF_SIZE];
	int64_t id;

	(void)state;
	assert_int_equal(record(&hit), ERR_NONE);
	assert_true(hit_ref_parse(hit.ref, &id, ref));
	assert_int_equal(id, hit.id);
	snprintf(condition, sizeof(condition),
		"id = %lld AND ref = '%s' AND reply = 'reply %s' AND client = '192.0.2.1'",
		(long long)hit.id, hit.ref, hit.ref);
	assert_int_equal(count_rows(condition), 1);
}

static void numbers_are_never_used_again(void **state)
{
	struct hit first, second;

	(void)state;
	assert_int_equal(record(&first), ERR_NONE);
	scratch_db_execute(&hits, "DELETE FROM hit");
	assert_int_equal(record(&second), ERR_NONE);
	assert_int_equal(second.id, first.id + 1);
	assert_string_not_equal(strchr(first.ref, '-'), strchr(second.ref, '-'));
}

#define THREADS 32
#define HITS_EACH 25

static void *record_many(void *failed)
{
	for (int i = 0; i < HITS_EACH; i++) {
		struct hit hit = sample_hit();
		char buffer[512];
		struct text message = TEXT_OVER(buffer);
		if (hitlog_record(hitlog, &hit, compose, "many", WAIT_MSECS, HIT_LOGGED, "",
			    &message) != ERR_NONE)
			*(bool *)failed = true;
	}
	return NULL;
}

static void many_sessions_record_at_once(void **state)
{
	pthread_t threads[THREADS];
	bool failed[THREADS] = {false};

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, record_many, &failed[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_false(failed[i]);
	}
	assert_int_equal(count_rows("1"), THREADS * HITS_EACH);
	assert_int_equal(
		scratch_db_int(&hits, "SELECT count(DISTINCT ref) FROM hit"), THREADS * HITS_EACH);
	assert_int_equal(scratch_db_int(&hits, "SELECT max(id) FROM hit"), THREADS * HITS_EACH);
}

static void a_lock_is_waited_for_once_and_then_costs_nothing(void **state)
{
	struct hit hit;
	int64_t start = clock_monotonic_msecs();

	(void)state;
	scratch_db_execute(&hits, "BEGIN IMMEDIATE");
	assert_int_equal(record(&hit), ERR_DB_BUSY);
	assert_in_range(clock_monotonic_msecs() - start, 3000, WAIT_MSECS - 1);
	start = clock_monotonic_msecs();
	for (int i = 0; i < 10; i++)
		assert_int_equal(record(&hit), ERR_DB_BUSY);
	assert_true(clock_monotonic_msecs() - start < 3000);
	scratch_db_execute(&hits, "COMMIT");
	assert_int_equal(record(&hit), ERR_NONE);
	assert_int_equal(count_rows("1"), 1);
}

static void a_session_that_gives_up_leaves_no_row(void **state)
{
	struct hit hit = sample_hit();

	(void)state;
	scratch_db_execute(&hits, "BEGIN IMMEDIATE");
	assert_int_equal(record_within(&hit, 100), ERR_TIMEOUT);
	hit = sample_hit();
	assert_int_equal(record_within(&hit, 100), ERR_TIMEOUT);
	scratch_db_execute(&hits, "COMMIT");
	hitlog_stop(&hitlog);
	/* The first was with the writer already: if its row is there, it says what was done
	 * instead. */
	assert_true(count_rows("1") <= 1);
	assert_int_equal(count_rows("action = 'refused'"), 0);
	assert_int_equal(
		count_rows("1"), count_rows("action = 'logged' AND reply = 'answered before'"));
}

static void posted_hits_wait_for_the_log_to_be_usable(void **state)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit = sample_hit();

	(void)state;
	hit.action = HIT_LEFT;
	scratch_db_execute(&hits, "BEGIN IMMEDIATE");
	for (int i = 0; i < 3; i++)
		assert_int_equal(hitlog_post(hitlog, &hit, &message), ERR_NONE);
	usleep(100000);
	scratch_db_execute(&hits, "COMMIT");
	assert_int_equal(await_rows("action = 'left'", 3), 3);
}

static void the_end_writes_what_was_posted(void **state)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit = sample_hit();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(hitlog_post(hitlog, &hit, &message), ERR_NONE);
	assert_int_equal(hitlog_stop(&hitlog), 0);
	assert_null(hitlog);
	assert_int_equal(count_rows("1"), 1000);
}

static void the_end_tells_how_many_were_lost(void **state)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit = sample_hit();

	(void)state;
	assert_int_equal(unlink(hits.path), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(hitlog_post(hitlog, &hit, &message), ERR_NONE);
	assert_int_equal(hitlog_stop(&hitlog), 3);
}

static void too_many_posted_hits_are_refused(void **state)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit = sample_hit();
	int posted = 0;

	(void)state;
	assert_int_equal(unlink(hits.path), 0);
	while (posted < 20000 && hitlog_post(hitlog, &hit, &message) == ERR_NONE)
		posted++;
	assert_true(posted >= 2000 && posted < 10000);
	assert_non_null(strstr(buffer, hits.path));
	assert_int_equal(hitlog_stop(&hitlog), posted);
}

static void the_end_tries_once_more(void **state)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit = sample_hit(), other;

	(void)state;
	assert_int_equal(unlink(hits.path), 0);
	assert_int_equal(record(&other), ERR_DB_MISSING);
	make_again(hits.path);
	assert_int_equal(hitlog_post(hitlog, &hit, &message), ERR_NONE);
	assert_int_equal(hitlog_stop(&hitlog), 0);
	reopen(hits.path);
	assert_int_equal(count_rows("1"), 1);
}

static void a_hit_that_breaks_a_rule_fails_alone(void **state)
{
	struct hit hit = sample_hit();

	(void)state;
	hit.stage = STAGE_CONNECT; /* no stage that the schema knows */
	assert_int_equal(record_within(&hit, WAIT_MSECS), ERR_REFUSED);
	assert_int_equal(record(&hit), ERR_NONE);
	assert_int_equal(count_rows("1"), 1);
}

static void a_posted_hit_that_breaks_a_rule_is_reported(void **state)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit = sample_hit();

	(void)state;
	reported[0] = '\0';
	hit.stage = STAGE_CONNECT; /* no stage that the schema knows */
	assert_int_equal(hitlog_post(hitlog, &hit, &message), ERR_NONE);
	assert_int_equal(hitlog_stop(&hitlog), 0);
	assert_non_null(strstr(reported, hits.path));
	assert_non_null(
		strstr(reported, "192.0.2.1 on list ops breaks a rule of the schema (CHECK"));
	assert_int_equal(count_rows("1"), 0);
}

static void a_log_without_numbers_left_says_so(void **state)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct hit hit;

	(void)state;
	assert_int_equal(record(&hit), ERR_NONE);
	scratch_db_execute(&hits, "UPDATE sqlite_sequence SET seq = 9223372036854775807");
	assert_int_equal(
		hitlog_record(hitlog, &hit, compose, "reply", WAIT_MSECS, HIT_LOGGED, "", &message),
		ERR_DB_FULL);
	assert_non_null(strstr(buffer, "no hit numbers are left"));
	scratch_db_execute(&hits, "UPDATE sqlite_sequence SET seq = 9223372036854775806");
	assert_int_equal(record(&hit), ERR_NONE);
	assert_true(hit.id == INT64_MAX);
	assert_int_equal(record(&hit), ERR_DB_FULL);
}

static void a_number_is_not_used_again_when_the_sequence_is_lost(void **state)
{
	struct hit first, second;

	(void)state;
	assert_int_equal(record(&first), ERR_NONE);
	scratch_db_execute(&hits, "DELETE FROM sqlite_sequence");
	assert_int_equal(record(&second), ERR_NONE);
	assert_true(second.id == first.id + 1);
	scratch_db_execute(&hits, "DELETE FROM hit; UPDATE sqlite_sequence SET seq = -5");
	assert_int_equal(record(&second), ERR_NONE);
	assert_true(second.id == 1);
}

static void assert_sound(void)
{
	assert_int_equal(
		scratch_db_int(&hits, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
		1);
}

static void a_deleted_log_fails_until_there_is_a_new_one(void **state)
{
	struct hit hit;

	(void)state;
	assert_int_equal(record(&hit), ERR_NONE);
	assert_int_equal(unlink(hits.path), 0);
	assert_int_equal(record(&hit), ERR_DB_MISSING);
	make_again(hits.path);
	assert_int_equal(record(&hit), ERR_NONE);
	reopen(hits.path);
	assert_int_equal(count_rows("1"), 1);
	assert_sound();
}

/* The old write-ahead log has pages in it that were never written back: they must not get into the
 * new file. */
static void a_replaced_log_is_not_mixed_with_its_predecessor(void **state)
{
	char fresh[128];
	struct hit hit;

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(record(&hit), ERR_NONE);
	snprintf(fresh, sizeof(fresh), "%s.fresh", hits.path);
	make_again(fresh);
	assert_int_equal(rename(fresh, hits.path), 0);
	assert_int_equal(record(&hit), ERR_NONE);
	assert_int_equal(hit.id, 1);
	reopen(hits.path);
	assert_int_equal(count_rows("1"), 1);
	assert_sound();
}

/* A reader of the old log keeps its write-ahead log from being written back. */
static void a_replaced_log_waits_for_those_who_read_the_old_one(void **state)
{
	char fresh[128], old[128];
	struct hit hit;

	(void)state;
	assert_int_equal(record(&hit), ERR_NONE);
	scratch_db_execute(&hits, "BEGIN; SELECT count(*) FROM hit");
	assert_int_equal(record(&hit), ERR_NONE);
	snprintf(fresh, sizeof(fresh), "%s.fresh", hits.path);
	make_again(fresh);
	snprintf(old, sizeof(old), "%s.old", hits.path);
	assert_int_equal(link(hits.path, old), 0);
	assert_int_equal(rename(fresh, hits.path), 0);
	assert_int_equal(record(&hit), ERR_DB_BUSY);
	int64_t start = clock_monotonic_msecs();
	for (int i = 0; i < 10; i++)
		assert_int_equal(record(&hit), ERR_DB_BUSY);
	assert_true(clock_monotonic_msecs() - start < 3000);
	scratch_db_execute(&hits, "COMMIT");
	assert_int_equal(record(&hit), ERR_NONE);
	assert_int_equal(hit.id, 1);
	reopen(hits.path);
	assert_int_equal(count_rows("1"), 1);
	assert_sound();
	reopen(old);
	assert_int_equal(count_rows("1"), 2);
	assert_sound();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_log, close_log)
	const struct CMUnitTest tests[] = {
		TEST(a_recorded_hit_is_on_disk_with_its_reference),
		TEST(numbers_are_never_used_again),
		TEST(many_sessions_record_at_once),
		TEST(a_lock_is_waited_for_once_and_then_costs_nothing),
		TEST(a_session_that_gives_up_leaves_no_row),
		TEST(posted_hits_wait_for_the_log_to_be_usable),
		TEST(the_end_writes_what_was_posted),
		TEST(the_end_tells_how_many_were_lost),
		TEST(too_many_posted_hits_are_refused),
		TEST(the_end_tries_once_more),
		TEST(a_hit_that_breaks_a_rule_fails_alone),
		TEST(a_posted_hit_that_breaks_a_rule_is_reported),
		TEST(a_log_without_numbers_left_says_so),
		TEST(a_number_is_not_used_again_when_the_sequence_is_lost),
		TEST(a_deleted_log_fails_until_there_is_a_new_one),
		TEST(a_replaced_log_is_not_mixed_with_its_predecessor),
		TEST(a_replaced_log_waits_for_those_who_read_the_old_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
