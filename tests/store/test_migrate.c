/* SPDX-License-Identifier: BSD-2-Clause */
/* Creating databases, and upgrading older ones. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/schema.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

static char folder[64], path[96], message[512];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/opsmilter-migrate-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/test.db", folder);
	return 0;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static int migrate_to(enum db_kind kind, int *from_r)
{
	struct text text = TEXT_OVER(message);
	int err = migrate(path, kind, from_r, &text);

	assert_true((err == ERR_NONE) == (message[0] == '\0'));
	return err;
}

static int open_as(enum db_kind kind)
{
	struct db_options options = {.kind = kind, .role = ROLE_ADMIN, .writable = true};
	struct text text = TEXT_OVER(message);
	struct db *db;
	int err = store_open(path, &options, &db, &text);

	assert_true((err == ERR_NONE) == (db != NULL));
	assert_true(err == ERR_NONE || strncmp(message, path, strlen(path)) == 0);
	db_close(&db);
	return err;
}

static void run_sql(const char *sql)
{
	sqlite3 *sqlite;

	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sqlite, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sqlite);
}

static int count_rows(const char *table)
{
	char sql[128];
	sqlite3 *sqlite;
	sqlite3_stmt *row;

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(sqlite, sql, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	int count = sqlite3_column_int(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(sqlite);
	return count;
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void makes_both_databases_and_is_safe_to_run_again(void **state)
{
	(void)state;
	for (enum db_kind kind = DB_OPS; kind <= DB_INBOX; kind++) {
		int from;
		assert_int_equal(migrate_to(kind, &from), ERR_NONE);
		assert_int_equal(from, 0);
		assert_int_equal(migrate_to(kind, &from), ERR_NONE);
		assert_int_equal(from, migrate_newest_version(kind));
		assert_int_equal(open_as(kind), ERR_NONE);
		assert_int_equal(unlink(path), 0);
	}
}

static void makes_files_for_the_group(void **state)
{
	static const mode_t modes[] = {[DB_OPS] = 0640, [DB_HITS] = 0640, [DB_INBOX] = 0660};
	static const char *const files[] = {"", "-wal", "-shm"};
	char file[128];
	struct stat status;
	int from;

	(void)state;
	for (enum db_kind kind = DB_OPS; kind <= DB_INBOX; kind++) {
		mode_t old = umask(0077);
		assert_int_equal(migrate_to(kind, &from), ERR_NONE);
		umask(old);
		/* The two beside it stay: a program that only reads could not make them. */
		for (size_t i = 0; i < COUNT_OF(files); i++) {
			snprintf(file, sizeof(file), "%s%s", path, files[i]);
			assert_int_equal(stat(file, &status), 0);
			assert_int_equal(status.st_mode & 0777, modes[kind]);
			assert_int_equal(unlink(file), 0);
		}
	}
}

static void refuses_a_newer_schema(void **state)
{
	int from;

	(void)state;
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_NONE);
	run_sql("PRAGMA user_version = 99");
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_DB_NEWER);
	assert_int_equal(open_as(DB_OPS), ERR_DB_NEWER);
	assert_non_null(strstr(message, "99"));
	assert_non_null(strstr(message, "upgrade opsmilter"));
}

static void refuses_an_older_schema_until_it_is_upgraded(void **state)
{
	int from;

	(void)state;
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_NONE);
	run_sql("PRAGMA user_version = 0");
	assert_int_equal(open_as(DB_OPS), ERR_DB_OLDER);
	assert_non_null(strstr(message, "opsctl init"));
}

static void brings_a_full_database_of_version_1_up(void **state)
{
	int from;

	(void)state;
	run_sql(schema_ops[0]);
	run_sql("INSERT INTO evidence VALUES (1, 5, 'x', 'note', 'x', printf('%064d', 0), 1, "
		"x'00', NULL);"
		"INSERT INTO request VALUES (7, 'removal', '198.18.7.9', 'open', 5, NULL, NULL, "
		"NULL, NULL);"
		"INSERT INTO request VALUES (8, 'nomination', '198.18.7.9', 'denied', 5, 6, "
		"'closed', 'no', 1);"
		"INSERT INTO test VALUES (3, '198.18.7.9', 5, 'closed', NULL, 'all closed', 1)");
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_NONE);
	assert_int_equal(from, 1);
	assert_int_equal(open_as(DB_OPS), ERR_NONE);
	assert_int_equal(
		count_rows("requests WHERE id = 7 AND state = 'review' AND list = 'ops'"), 1);
	assert_int_equal(
		count_rows("requests WHERE id = 8 AND decided_by = 'opsmilter' AND why = 'no'"), 1);
	assert_int_equal(count_rows("tests WHERE id = 3 AND open_ports = ''"), 1);
	assert_int_equal(count_rows("history WHERE ip = '198.18.7.9'"), 4);
}

static void refuses_the_other_database_and_other_applications(void **state)
{
	int from;

	(void)state;
	assert_int_equal(migrate_to(DB_HITS, &from), ERR_NONE);
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_DB_FOREIGN);
	assert_int_equal(open_as(DB_OPS), ERR_DB_FOREIGN);
	assert_int_equal(unlink(path), 0);
	run_sql("CREATE TABLE theirs (id INTEGER)");
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_DB_FOREIGN);
	assert_int_equal(open_as(DB_OPS), ERR_DB_FOREIGN);
	run_sql("INSERT INTO theirs VALUES (1)");
}

static void refuses_what_is_no_database_and_leaves_it_alone(void **state)
{
	struct stat status;
	int from;

	(void)state;
	write_file("this is a text file, long enough for a header of SQLite, and then some more of "
		   "it as well, really\n");
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_DB_FOREIGN);
	assert_int_equal(open_as(DB_OPS), ERR_DB_FOREIGN);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 98);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_DB_FOREIGN);
	assert_int_equal(open_as(DB_OPS), ERR_DB_FOREIGN);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(open_as(DB_OPS), ERR_DB_MISSING);
	assert_non_null(strstr(message, "opsctl init"));
}

static void continues_where_it_was_interrupted(void **state)
{
	int from;

	(void)state;
	write_file("");
	assert_int_equal(open_as(DB_OPS), ERR_DB_MISSING);
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_NONE);
	assert_int_equal(unlink(path), 0);
	/* The file's own settings were made, and no table yet. */
	run_sql("PRAGMA auto_vacuum = incremental; PRAGMA journal_mode = wal");
	assert_int_equal(open_as(DB_OPS), ERR_DB_MISSING);
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_NONE);
	assert_int_equal(open_as(DB_OPS), ERR_NONE);
}

#define PROCESSES 8
#define ROUNDS 15

static void migrate_in_processes(void)
{
	pid_t pids[PROCESSES];

	for (int i = 0; i < PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct text text = TEXT_OVER(message);
			int from;
			_exit(migrate(path, DB_OPS, &from, &text) == ERR_NONE ? 0 : 1);
		}
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

static void many_at_once_make_one_database(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		migrate_in_processes();
		assert_int_equal(open_as(DB_OPS), ERR_NONE);
		assert_int_equal(count_rows("change"), 1);
		assert_int_equal(unlink(path), 0);
	}
}

static void a_file_without_the_right_to_it_is_named(void **state)
{
	int from;

	(void)state;
	if (geteuid() == 0)
		skip();
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_NONE);
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_DB_READONLY);
	assert_int_equal(open_as(DB_OPS), ERR_DB_READONLY);
	assert_int_equal(chmod(path, 0400), 0);
	assert_int_equal(migrate_to(DB_OPS, &from), ERR_DB_READONLY);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chmod(folder, 0500), 0);
	int err = migrate_to(DB_OPS, &from);
	assert_int_equal(chmod(folder, 0700), 0);
	assert_true(err != ERR_NONE);
	assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		TEST(makes_both_databases_and_is_safe_to_run_again),
		TEST(makes_files_for_the_group),
		TEST(refuses_a_newer_schema),
		TEST(refuses_an_older_schema_until_it_is_upgraded),
		TEST(brings_a_full_database_of_version_1_up),
		TEST(refuses_the_other_database_and_other_applications),
		TEST(refuses_what_is_no_database_and_leaves_it_alone),
		TEST(continues_where_it_was_interrupted),
		TEST(many_at_once_make_one_database),
		TEST(a_file_without_the_right_to_it_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
