/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections and statements: opening, binding, stepping, and the errors of each. */
#include "store/db.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

static struct scratch_db scratch;
static struct db *db;
static char message[512];

static int connect_to(const char *path, struct db_options options)
{
	struct text text = TEXT_OVER(message);
	int err = db_connect(path, &options, &db, &text);

	assert_true((err == ERR_NONE) == (db != NULL));
	assert_true((err == ERR_NONE) == (message[0] == '\0'));
	assert_true(err == ERR_NONE || strncmp(message, path, strlen(path)) == 0);
	return err;
}

static const struct db_options to_write = {
	.kind = DB_OPS, .role = ROLE_ADMIN, .writable = true, .wait_msecs = 200};
static const struct db_options to_read = {.kind = DB_OPS, .role = ROLE_FILTER};

static int open_db(void **state)
{
	(void)state;
	scratch_db_open(&scratch, DB_OPS);
	return connect_to(scratch.path, to_write);
}

static int close_db(void **state)
{
	(void)state;
	db_close(&db);
	assert_null(db);
	db_close(&db);
	scratch_db_close(&scratch);
	return 0;
}

/* A history row by statement ADD_CHANGE, not yet run. */
static struct statement *begin_change(const char *who)
{
	struct statement *statement = db_begin(db, ADD_CHANGE);

	db_bind_int(statement, 1, 5);
	db_bind_text(statement, 2, who);
	db_bind_text(statement, 3, "test");
	db_bind_text(statement, 4, NULL);
	db_bind_text(statement, 6, "a test");
	return statement;
}

static void a_file_that_cannot_be_used_is_named(void **state)
{
	struct db_options create = to_write;
	char path[128];

	(void)state;
	create.create = true;
	db_close(&db);
	snprintf(path, sizeof(path), "%s/none.db", scratch.folder);
	assert_int_equal(connect_to(path, to_read), ERR_DB_MISSING);
	assert_non_null(strstr(message, "opsctl init"));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(connect_to(path, create), ERR_NONE);
	db_close(&db);
	assert_int_equal(connect_to(scratch.folder, to_read), ERR_DB_FOREIGN);
	assert_int_equal(connect_to(scratch.folder, create), ERR_DB_FOREIGN);
	snprintf(path, sizeof(path), "%s/none/none.db", scratch.folder);
	assert_int_equal(connect_to(path, create), ERR_DB);
}

static void a_file_without_the_right_to_it_is_named(void **state)
{
	(void)state;
	if (geteuid() == 0)
		skip();
	db_close(&db);
	assert_int_equal(chmod(scratch.path, 0440), 0);
	assert_int_equal(connect_to(scratch.path, to_write), ERR_DB_READONLY);
	assert_non_null(strstr(message, "read and write access"));
	assert_int_equal(connect_to(scratch.path, to_read), ERR_NONE);
	db_close(&db);
	assert_int_equal(chmod(scratch.path, 0), 0);
	assert_int_equal(connect_to(scratch.path, to_read), ERR_DB_READONLY);
	assert_non_null(strstr(message, "read access"));
}

static void a_reader_writes_nothing(void **state)
{
	(void)state;
	db_close(&db);
	assert_int_equal(connect_to(scratch.path, to_read), ERR_NONE);
	assert_string_equal(db_path(db), scratch.path);
	assert_int_equal(db_execute(db, "DELETE FROM prefix_length"), ERR_DB_READONLY);
	assert_string_not_equal(db_error(db), "");
}

static void values_come_back_as_they_were_bound(void **state)
{
	struct addr addr = {{0x20, 0x01, 0x0d, 0xb8, [15] = 1}}, zero = {{0}};
	struct statement *row;
	size_t length;

	(void)state;
	scratch_db_execute(&scratch,
		"INSERT INTO change VALUES (7, 9, 'me', 'exempt add', NULL, NULL, 'why');"
		"INSERT INTO exemption VALUES (1, x'20010db8000000000000000000000001', 128, 7, "
		"NULL)");
	row = db_begin(db, FIND_EXEMPTION);
	db_bind_addr(row, 1, &addr);
	db_bind_int(row, 2, 0);
	db_bind_int(row, 3, 128);
	assert_int_equal(db_step(row), 1);
	struct addr found = db_addr(row, 0);
	assert_memory_equal(&found, &addr, sizeof(addr));
	assert_memory_equal(db_blob(row, 0, &length), &addr, sizeof(addr));
	assert_int_equal(length, sizeof(addr));
	assert_int_equal(db_int(row, 1), 128);
	assert_string_equal(db_text(row, 2), "why");
	found = db_addr(row, 2);
	assert_memory_equal(&found, &zero, sizeof(zero));
	assert_int_equal(db_step(row), 0);
}

static void null_is_an_empty_text_and_never(void **state)
{
	struct statement *row = db_begin(db, ALL_LISTS);
	size_t length;

	(void)state;
	for (int i = 0; i < 4; i++) /* "dul" never expires */
		assert_int_equal(db_step(row), 1);
	assert_true(db_is_null(row, 5));
	assert_string_equal(db_text(row, 5), "");
	assert_true(db_time(row, 5) == CLOCK_NEVER);
	assert_non_null(db_blob(row, 5, &length));
	assert_int_equal(length, 0);
	assert_int_equal(db_int(row, 5), 0);
	db_finish(row);
	row = db_begin(db, ALL_LISTS);
	assert_int_equal(db_step(row), 1);
	assert_string_equal(db_text(row, 1), "ops");
	assert_false(db_is_null(row, 5));
	db_finish(row);
}

static void a_failure_to_bind_comes_back_from_the_step(void **state)
{
	struct statement *statement = begin_change("me");

	(void)state;
	db_bind_int(statement, 99, 1);
	db_bind_int(statement, 1, 1);
	assert_int_equal(db_step(statement), ERR_DB);
	assert_string_not_equal(db_error(db), "");
	assert_string_not_equal(db_error(db), "not an error");
	assert_int_equal(
		scratch_db_int(&scratch, "SELECT count(*) FROM change WHERE who = 'me'"), 0);
	int64_t id;
	assert_int_equal(db_insert(begin_change("me"), &id), ERR_NONE);
	assert_int_equal(
		scratch_db_int(&scratch, "SELECT count(*) FROM change WHERE who = 'me'"), 1);
	assert_int_equal(db_changes(db), 1);
	assert_int_equal(id, scratch_db_int(&scratch, "SELECT max(id) FROM change"));
	assert_int_equal(db_insert(begin_change(""), &id), ERR_REFUSED);
	assert_int_equal(id, 0);
}

static void read_name(struct statement *row, void *name_r)
{
	text_copy(name_r, 64, db_text(row, 2));
}

static int get_reason(int64_t *id_r)
{
	struct statement *row = db_begin(db, FIND_REASON);

	db_bind_text(row, 1, "no such reason");
	return db_get_int(row, id_r);
}

static void one_row_is_read_or_not_found(void **state)
{
	struct statement *row = db_begin(db, FIND_EXEMPTION);
	struct addr addr = {{0}};
	char name[64] = "untouched";
	int64_t value = 7;

	(void)state;
	db_bind_addr(row, 1, &addr);
	db_bind_int(row, 2, 0);
	db_bind_int(row, 3, 128);
	assert_int_equal(db_read_one(row, read_name, name), ERR_NOT_FOUND);
	assert_string_equal(name, "untouched");
	assert_int_equal(get_reason(&value), ERR_NOT_FOUND);
	assert_int_equal(value, 0);
	assert_int_equal(db_get_time(db_begin(db, OLDEST_UNDECIDED_REQUEST), &value), ERR_NONE);
	assert_true(value == CLOCK_NEVER);
	assert_int_equal(db_get_int(db_begin(db, NEWEST_CHANGE), &value), ERR_NONE);
	/* The read did not leave a transaction open: the file can be checkpointed. */
	assert_int_equal(db_checkpoint(db), ERR_NONE);
}

static void an_update_of_no_row_is_told(void **state)
{
	struct statement *update = db_begin(db, END_LISTING);

	(void)state;
	db_bind_int(update, 1, 12345);
	assert_int_equal(db_update(update, ERR_NOT_FOUND), ERR_NOT_FOUND);
}

static void an_address_is_bound_as_text_and_id_0_as_null(void **state)
{
	struct statement *insert = begin_change("me");
	struct addr addr;

	(void)state;
	assert_int_equal(addr_parse("2001:db8::1", &addr), ERR_NONE);
	db_bind_addr_text(insert, 4, &addr);
	memset(&addr, 0, sizeof(addr)); /* it was copied */
	db_bind_id(insert, 5, 0);
	assert_int_equal(db_run(insert), ERR_NONE);
	assert_int_equal(
		scratch_db_int(&scratch, "SELECT count(*) FROM change WHERE who = 'me'"
					 " AND address = '2001:db8::1' AND list_id IS NULL"),
		1);
}

static void a_failure_is_explained_with_path_and_reason(void **state)
{
	char buffer[512];
	struct text text = TEXT_OVER(buffer);

	(void)state;
	assert_int_equal(db_explain(db, ERR_DB_BUSY, &text), ERR_DB_BUSY);
	assert_non_null(strstr(buffer, scratch.path));
	assert_null(strstr(buffer, "()"));
	text_clear(&text);
	assert_int_equal(db_run(begin_change("")), ERR_REFUSED);
	db_explain(db, ERR_REFUSED, &text);
	assert_non_null(strstr(buffer, "(CHECK constraint failed"));
}

static void parameters_do_not_outlive_their_run(void **state)
{
	struct statement *statement = begin_change("me");

	(void)state;
	db_bind_int(statement, 5, 1);
	assert_int_equal(db_run(statement), ERR_NONE);
	assert_int_equal(db_run(begin_change("me")), ERR_NONE);
	assert_int_equal(
		scratch_db_int(&scratch,
			"SELECT count(*) FROM change WHERE list_id IS NULL AND who = 'me'"),
		1);
}

static void a_rule_of_the_schema_refuses(void **state)
{
	(void)state;
	assert_int_equal(db_run(begin_change("")), ERR_REFUSED);
	assert_non_null(strstr(db_error(db), "CHECK"));
	assert_int_equal(db_execute(db, "DELETE FROM change"), ERR_REFUSED);
	assert_string_equal(db_error(db), "history is append-only");
}

static void a_statement_that_cannot_be_prepared_fails_at_its_step(void **state)
{
	struct db_options create = to_write;
	char path[128];

	(void)state;
	db_close(&db);
	create.create = true;
	snprintf(path, sizeof(path), "%s/empty.db", scratch.folder);
	assert_int_equal(connect_to(path, create), ERR_NONE);
	assert_int_equal(db_run(begin_change("me")), ERR_DB);
	assert_non_null(strstr(db_error(db), "change"));
	assert_int_equal(db_step(db_begin(db, ALL_LISTS)), ERR_DB);
	assert_int_equal(
		db_execute(db, "CREATE TABLE change (at, who, what, address, list_id, why)"),
		ERR_NONE);
	assert_int_equal(db_run(begin_change("me")), ERR_NONE);
}

static void a_transaction_is_all_or_nothing(void **state)
{
	(void)state;
	assert_int_equal(db_end(db, ERR_STOPPED), ERR_STOPPED);
	assert_int_equal(db_begin_write(db), ERR_NONE);
	assert_int_equal(db_run(begin_change("me")), ERR_NONE);
	assert_int_equal(db_run(begin_change("")), ERR_REFUSED);
	char error[256];
	text_copy(error, sizeof(error), db_error(db));
	assert_int_equal(db_end(db, ERR_REFUSED), ERR_REFUSED);
	assert_string_equal(db_error(db), error);
	assert_int_equal(
		scratch_db_int(&scratch, "SELECT count(*) FROM change WHERE who = 'me'"), 0);
	assert_int_equal(db_begin_write(db), ERR_NONE);
	assert_int_equal(db_run(begin_change("me")), ERR_NONE);
	assert_int_equal(db_end(db, ERR_NONE), ERR_NONE);
	assert_int_equal(
		scratch_db_int(&scratch, "SELECT count(*) FROM change WHERE who = 'me'"), 1);
}

static void a_lock_is_waited_for_as_long_as_asked(void **state)
{
	(void)state;
	scratch_db_execute(&scratch, "BEGIN IMMEDIATE");
	int64_t start = clock_monotonic_msecs();
	assert_int_equal(db_begin_write(db), ERR_DB_BUSY);
	int64_t waited = clock_monotonic_msecs() - start;
	assert_in_range(waited, 150, 5000);
	db_set_wait(db, 0);
	start = clock_monotonic_msecs();
	for (int i = 0; i < 20; i++)
		assert_int_equal(db_begin_write(db), ERR_DB_BUSY);
	assert_true(clock_monotonic_msecs() - start < 20 * 150);
	scratch_db_execute(&scratch, "COMMIT");
	assert_int_equal(db_begin_write(db), ERR_NONE);
	assert_int_equal(db_end(db, ERR_NONE), ERR_NONE);
}

static void a_read_is_of_one_moment(void **state)
{
	int64_t version;

	(void)state;
	scratch_db_execute(&scratch, "PRAGMA user_version = 5");
	assert_int_equal(db_begin_read(db), ERR_NONE);
	assert_int_equal(db_pragma_int(db, "user_version", &version), ERR_NONE);
	assert_int_equal(version, 5);
	scratch_db_execute(&scratch, "PRAGMA user_version = 7");
	assert_int_equal(db_pragma_int(db, "user_version", &version), ERR_NONE);
	assert_int_equal(version, 5);
	assert_int_equal(db_end(db, ERR_NONE), ERR_NONE);
	assert_int_equal(db_pragma_int(db, "user_version", &version), ERR_NONE);
	assert_int_equal(version, 7);
}

static void a_replaced_or_deleted_file_makes_a_connection_stale(void **state)
{
	char aside[128];

	(void)state;
	snprintf(aside, sizeof(aside), "%s/aside.db", scratch.folder);
	assert_false(db_is_stale(db, 0));
	assert_int_equal(rename(scratch.path, aside), 0);
	assert_false(db_is_stale(db, 60000)); /* looked at a moment ago */
	assert_true(db_is_stale(db, 0));
	int fd = open(scratch.path, O_CREAT | O_RDWR, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_true(db_is_stale(db, 0));
	assert_int_equal(rename(aside, scratch.path), 0);
	assert_false(db_is_stale(db, 0));
}

static void a_changed_schema_makes_a_connection_stale(void **state)
{
	(void)state;
	struct statement *row = db_begin(db, ALL_LISTS);
	assert_int_equal(db_step(row), 1);
	db_finish(row);
	assert_false(db_is_stale(db, 0));
	scratch_db_execute(&scratch, "CREATE TABLE later (id INTEGER)");
	row = db_begin(db, ALL_LISTS);
	assert_int_equal(db_step(row), 1);
	db_finish(row);
	assert_true(db_is_stale(db, 60000));
}

static void a_full_disk_has_a_number_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(db_execute(db, "PRAGMA max_page_count = 1"), ERR_NONE);
	assert_int_equal(
		db_execute(db,
			"INSERT INTO reason SELECT value, value || hex(zeroblob(100)) FROM "
			"(WITH RECURSIVE n(value) AS (SELECT 5 UNION ALL SELECT value + 1 FROM n "
			"WHERE value < 2000) SELECT value FROM n)"),
		ERR_DB_FULL);
	assert_int_equal(scratch_db_int(&scratch, "SELECT count(*) FROM reason"), 1);
}

static void a_checkpoint_empties_the_log(void **state)
{
	char log_path[128];
	struct stat status;

	(void)state;
	snprintf(log_path, sizeof(log_path), "%s-wal", scratch.path);
	assert_int_equal(db_run(begin_change("me")), ERR_NONE);
	assert_int_equal(stat(log_path, &status), 0);
	assert_true(status.st_size > 0);
	scratch_db_execute(&scratch, "BEGIN; SELECT count(*) FROM list");
	assert_int_equal(db_run(begin_change("me")), ERR_NONE);
	assert_int_equal(db_checkpoint(db), ERR_DB_BUSY);
	scratch_db_execute(&scratch, "COMMIT");
	assert_int_equal(db_checkpoint(db), ERR_NONE);
	assert_int_equal(stat(log_path, &status), 0);
	assert_int_equal(status.st_size, 0);
}

static void a_sound_database_passes_the_check(void **state)
{
	struct text text = TEXT_OVER(message);

	(void)state;
	assert_int_equal(db_check_integrity(db, &text), ERR_NONE);
	assert_string_equal(message, "");
	scratch_db_execute(&scratch, "PRAGMA foreign_keys = off;"
				     "INSERT INTO change VALUES (50, 1, 'me', 'x', NULL, 60, '')");
	assert_int_equal(db_check_integrity(db, &text), ERR_DB_CORRUPT);
	assert_non_null(strstr(message, "change"));
}

static void a_damaged_database_fails_the_check(void **state)
{
	static const char garbage[2048] = {[0] = 0x7f, [100] = 0x55, [2047] = 0x2a};
	struct text text = TEXT_OVER(message);

	(void)state;
	db_checkpoint(db);
	db_close(&db);
	scratch_db_execute(&scratch, "PRAGMA wal_checkpoint(TRUNCATE)");
	int fd = open(scratch.path, O_WRONLY);
	assert_true(fd >= 0);
	for (off_t at = 4096; at < 4096 * 8; at += 4096)
		assert_int_equal(pwrite(fd, garbage, sizeof(garbage), at), sizeof(garbage));
	close(fd);
	assert_int_equal(connect_to(scratch.path, to_write), ERR_NONE);
	assert_int_equal(db_check_integrity(db, &text), ERR_DB_CORRUPT);
	assert_string_not_equal(message, "");
}

static void a_connection_reaches_no_other_file_and_no_hidden_table(void **state)
{
	(void)state;
	assert_true(db_execute(db, "ATTACH '/tmp/opsmilter-other.db' AS other") != ERR_NONE);
	assert_int_equal(access("/tmp/opsmilter-other.db", F_OK), -1);
	assert_true(db_execute(db, "PRAGMA writable_schema = on; DELETE FROM sqlite_schema") !=
		    ERR_NONE);
	assert_true(db_execute(db, "SELECT * FROM listings") != ERR_NONE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_db, close_db)
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_cannot_be_used_is_named),
		TEST(a_file_without_the_right_to_it_is_named),
		TEST(a_reader_writes_nothing),
		TEST(values_come_back_as_they_were_bound),
		TEST(null_is_an_empty_text_and_never),
		TEST(a_failure_to_bind_comes_back_from_the_step),
		TEST(one_row_is_read_or_not_found),
		TEST(an_update_of_no_row_is_told),
		TEST(an_address_is_bound_as_text_and_id_0_as_null),
		TEST(a_failure_is_explained_with_path_and_reason),
		TEST(parameters_do_not_outlive_their_run),
		TEST(a_rule_of_the_schema_refuses),
		TEST(a_statement_that_cannot_be_prepared_fails_at_its_step),
		TEST(a_transaction_is_all_or_nothing),
		TEST(a_lock_is_waited_for_as_long_as_asked),
		TEST(a_read_is_of_one_moment),
		TEST(a_replaced_or_deleted_file_makes_a_connection_stale),
		TEST(a_changed_schema_makes_a_connection_stale),
		TEST(a_full_disk_has_a_number_of_its_own),
		TEST(a_checkpoint_empties_the_log),
		TEST(a_sound_database_passes_the_check),
		TEST(a_damaged_database_fails_the_check),
		TEST(a_connection_reaches_no_other_file_and_no_hidden_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
