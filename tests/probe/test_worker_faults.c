/* SPDX-License-Identifier: BSD-2-Clause */
/* The worker while the database refuses a row, or cannot be written: no host holds up another. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/jobs.h"
#include "tests/probe/working.h"
#include "tests/support/capture.h"

#define OTHER "198.18.9.9"
#define LOG_SIZE 60000

/* The worker logs much here; what it logs is looked at once it is over. */
static char logged[LOG_SIZE];

/* What pwrite() and write() of SQLite fail with; 0: they work. */
static int disk_error;
static sqlite3_syscall_ptr true_pwrite, true_pwrite64, true_write;

static ssize_t fake_pwrite(int fd, const void *octets, size_t length, off_t offset)
{
	if (disk_error == 0)
		return pwrite(fd, octets, length, offset);
	errno = disk_error;
	return -1;
}

static ssize_t fake_write(int fd, const void *octets, size_t length)
{
	if (disk_error == 0)
		return write(fd, octets, length);
	errno = disk_error;
	return -1;
}

static int replace_writes(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	(void)state;
	true_pwrite = vfs->xGetSystemCall(vfs, "pwrite");
	true_pwrite64 = vfs->xGetSystemCall(vfs, "pwrite64");
	true_write = vfs->xGetSystemCall(vfs, "write");
	vfs->xSetSystemCall(vfs, "pwrite", (sqlite3_syscall_ptr)fake_pwrite);
	vfs->xSetSystemCall(vfs, "pwrite64", (sqlite3_syscall_ptr)fake_pwrite);
	vfs->xSetSystemCall(vfs, "write", (sqlite3_syscall_ptr)fake_write);
	return 0;
}

static int restore_writes(void **state)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	(void)state;
	vfs->xSetSystemCall(vfs, "pwrite", true_pwrite);
	vfs->xSetSystemCall(vfs, "pwrite64", true_pwrite64);
	vfs->xSetSystemCall(vfs, "write", true_write);
	return 0;
}

/* A rule of the schema that rows break: "BEFORE INSERT ON test", and which of them. */
static void refuse(const char *name, const char *what, const char *rows)
{
	char sql[512];

	snprintf(sql, sizeof(sql),
		"CREATE TRIGGER %s BEFORE %s WHEN %s BEGIN SELECT RAISE(ABORT, 'a bad row'); END",
		name, what, rows);
	scratch_db_execute(&ops, sql);
}

static void refuse_suspect(const char *name, const char *what)
{
	refuse(name, what, "NEW.address = '" SUSPECT "'");
}

static void ask_removal(const char *address)
{
	list(address);
	file_of(REQUEST_REMOVAL, address);
}

static void ask_two_removals(void)
{
	fake_engine.answer = PROBE_PORT_CLOSED;
	ask_removal(SUSPECT);
	ask_removal(OTHER);
}

#define GRANTED "SELECT count(*) FROM requests WHERE state = 'granted'"
#define WAITS_AN_HOUR \
	"SELECT count(*) FROM request WHERE state = 'open' AND next_test_at >= 1003600"

static void a_result_that_is_refused_holds_up_no_other(void **state)
{
	struct capture capture;

	(void)state;
	refuse_suspect("bad_test", "INSERT ON test");
	ask_two_removals();
	start_capture(&capture);
	start_worker();
	work_until(GRANTED, 1);
	work_until(WAITS_AN_HOUR, 1);
	end_capture(&capture, logged, sizeof(logged));
	/* What was found is in the log, as it is nowhere else. */
	assert_non_null(strstr(logged, SUSPECT ": the result of its test cannot be stored"));
	assert_non_null(strstr(logged, "closed: no open proxy was found"));
	scratch_db_execute(&ops, "DROP TRIGGER bad_test");
	now += HOUR;
	work_until(GRANTED, 2);
}

static void the_test_is_kept_when_what_follows_from_it_is_refused(void **state)
{
	(void)state;
	refuse_suspect("bad_watch", "INSERT ON watch");
	ask_two_removals();
	start_worker();
	work_until(GRANTED, 1);
	work_until(WAITS_AN_HOUR, 1);
	assert_int_equal(number("SELECT count(*) FROM tests WHERE ip = '" SUSPECT
				"' AND verdict = 'closed'"),
		1);
	assert_int_equal(number("SELECT count(*) FROM listings"), 1);
	scratch_db_execute(&ops, "DROP TRIGGER bad_watch");
	now += HOUR;
	work_until(GRANTED, 2);
}

/* More of them than tests run at once: none may keep a place. */
static void a_postponement_that_is_refused_holds_up_no_other(void **state)
{
	char address[32];

	(void)state;
	fake_engine.answer = PROBE_PORT_CLOSED;
	refuse("bad_test", "INSERT ON test", "NEW.address LIKE '198.18.%.7'");
	refuse("bad_request", "UPDATE OF next_test_at ON request",
		"NEW.next_test_at > OLD.next_test_at AND NEW.address LIKE '198.18.%.7'");
	for (int i = 0; i < 40; i++) {
		snprintf(address, sizeof(address), "198.18.%d.7", 100 + i);
		ask_removal(address);
	}
	ask_removal(OTHER);
	start_worker();
	work_until(GRANTED, 1);
	turn(600);
	assert_int_equal(fake_engine.begun, 41);
	scratch_db_execute(&ops, "DROP TRIGGER bad_request");
	scratch_db_execute(&ops, "DROP TRIGGER bad_test");
	now += HOUR;
	work_until(GRANTED, 41);
}

static void a_beginning_that_is_refused_holds_up_no_other(void **state)
{
	(void)state;
	refuse("bad_request", "UPDATE OF test_began_at ON request",
		"NEW.test_began_at IS NOT NULL AND NEW.address = '" SUSPECT "'");
	ask_two_removals();
	start_worker();
	work_until(GRANTED, 1);
	work_until(WAITS_AN_HOUR, 1);
	assert_int_equal(fake_engine.begun, 1);
}

static void a_settlement_that_is_refused_holds_up_no_other(void **state)
{
	(void)state;
	write_conf("opt_out = {\"198.18.7.0/24\"}");
	refuse_suspect("bad_request", "UPDATE OF state ON request");
	ask_two_removals();
	start_worker();
	work_until(GRANTED, 1);
	work_until(WAITS_AN_HOUR, 1);
}

static void a_row_of_the_self_test_that_is_refused_holds_up_nothing(void **state)
{
	struct capture capture;

	(void)state;
	refuse("bad_self_test", "INSERT ON self_test", "1");
	ask_two_removals();
	start_capture(&capture);
	start_worker();
	work_until(GRANTED, 2);
	end_capture(&capture, logged, sizeof(logged));
	assert_non_null(strstr(logged, "the result of the self-test cannot be stored"));
}

static void a_beginning_that_cannot_be_forgotten_holds_up_nothing(void **state)
{
	(void)state;
	ask_two_removals();
	scratch_db_execute(&ops, "UPDATE request SET test_began_at = 999999");
	refuse("bad_request", "UPDATE OF test_began_at ON request",
		"NEW.test_began_at IS NULL AND NEW.address = '" SUSPECT "' AND NEW.state = 'open'");
	start_worker();
	work_until(GRANTED, 2);
}

/* Two weeks after a nomination was denied, its copy is deleted. */
static void a_copy_that_cannot_be_deleted_holds_up_nothing(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_PORT_CLOSED;
	file_of(REQUEST_NOMINATION, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'denied'", 1);
	worker_free(&worker);
	now += 15 * 24 * HOUR;
	refuse("bad_copy", "UPDATE OF purged_at ON evidence", "NEW.purged_at IS NOT NULL");
	ask_removal(OTHER);
	start_worker();
	work_until(GRANTED, 1);
}

/* A full network hides who comes behind it until most of it is postponed. */
static void one_of_a_crowd_that_cannot_be_postponed_hides_nobody(void **state)
{
	char address[ADDR_TEXT_SIZE];

	(void)state;
	fake_engine.answer = PROBE_PORT_CLOSED;
	fake_engine.holds = true;
	refuse("bad_request", "UPDATE OF next_test_at ON request",
		"NEW.next_test_at > OLD.next_test_at AND NEW.address = '2600:1::3'");
	for (unsigned i = 1; i <= 600; i++) {
		snprintf(address, sizeof(address), "2600:1::%x", i);
		file_of(REQUEST_NOMINATION, address);
	}
	file_of(REQUEST_NOMINATION, OTHER);
	start_worker();
	work_until_begun(3);
}

static void a_row_without_an_address_is_logged_once_and_hides_nobody(void **state)
{
	struct capture capture;
	static const char line[] = "1 due job has no valid address";

	(void)state;
	fake_engine.answer = PROBE_PORT_CLOSED;
	file_of(REQUEST_REMOVAL, SUSPECT);
	scratch_db_execute(&ops, "UPDATE request SET address = 'nowhere'");
	ask_removal(OTHER);
	start_capture(&capture);
	start_worker();
	work_until(GRANTED, 1);
	turn(600);
	end_capture(&capture, logged, sizeof(logged));
	const char *first = strstr(logged, line);
	assert_non_null(first);
	assert_null(strstr(first + 1, line));
}

static void wait_for_disk(int error, const char *in_log)
{
	struct capture capture;

	fake_engine.holds = true;
	ask_two_removals();
	start_worker();
	work_until_begun(2);
	disk_error = error;
	start_capture(&capture);
	fake_engine_let_go_on();
	turn(700);
	end_capture(&capture, logged, sizeof(logged));
	disk_error = 0;
	work_until(GRANTED, 2);
	assert_non_null(strstr(logged, in_log));
	assert_int_equal(fake_engine.begun, 2);
	assert_int_equal(number("SELECT count(*) FROM tests"), 2);
}

static void what_was_found_waits_while_the_disk_is_full(void **state)
{
	(void)state;
	wait_for_disk(ENOSPC, "is full");
}

static void what_was_found_waits_while_the_disk_fails(void **state)
{
	(void)state;
	wait_for_disk(EIO, "I/O error");
}

static void no_test_begins_while_the_disk_is_full(void **state)
{
	(void)state;
	ask_two_removals();
	now -= HOUR;
	start_worker();
	work_until("SELECT count(*) FROM self_test", 1);
	disk_error = ENOSPC;
	now += HOUR;
	turn(700);
	assert_int_equal(fake_engine.begun, 0);
	disk_error = 0;
	work_until(GRANTED, 2);
	assert_int_equal(fake_engine.begun, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(a_result_that_is_refused_holds_up_no_other),
		WITH_ALL(the_test_is_kept_when_what_follows_from_it_is_refused),
		WITH_ALL(a_postponement_that_is_refused_holds_up_no_other),
		WITH_ALL(a_beginning_that_is_refused_holds_up_no_other),
		WITH_ALL(a_settlement_that_is_refused_holds_up_no_other),
		WITH_ALL(a_row_of_the_self_test_that_is_refused_holds_up_nothing),
		WITH_ALL(a_beginning_that_cannot_be_forgotten_holds_up_nothing),
		WITH_ALL(a_copy_that_cannot_be_deleted_holds_up_nothing),
		WITH_ALL(one_of_a_crowd_that_cannot_be_postponed_hides_nobody),
		WITH_ALL(a_row_without_an_address_is_logged_once_and_hides_nobody),
		WITH_ALL(what_was_found_waits_while_the_disk_is_full),
		WITH_ALL(what_was_found_waits_while_the_disk_fails),
		WITH_ALL(no_test_begins_while_the_disk_is_full),
	};

	return cmocka_run_group_tests(tests, replace_writes, restore_writes);
}
