/* SPDX-License-Identifier: BSD-2-Clause */
/* Pid files: who may take one over, and who removes it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "tests/support/unit.h"

/* Each test has a folder of its own, and a pid file's name in it. */
static char folder[256], path[300];

static char message_buffer[512];
static struct text message;

static int make_folder(void **state)
{
	const char *base = getenv("TMPDIR");

	(void)state;
	snprintf(folder, sizeof(folder), "%s/pidfile.XXXXXX", base != NULL ? base : "/tmp");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/daemon.pid", folder);
	message = TEXT_OVER(message_buffer);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	daemon_remove_pid();
	unlink(path);
	return rmdir(folder);
}

static void put_file(const char *content)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(content, file);
	fclose(file);
}

static void assert_file_holds_pid(pid_t pid)
{
	char content[64] = "", expected[64];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_non_null(fgets(content, sizeof(content), file));
	fclose(file);
	snprintf(expected, sizeof(expected), "%ld\n", (long)pid);
	assert_string_equal(content, expected);
}

static int count_files(void)
{
	DIR *handle = opendir(folder);
	int count = 0;

	assert_non_null(handle);
	for (struct dirent *entry; (entry = readdir(handle)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(handle);
	return count;
}

/* A daemon of its own process: holds the pid file until it is ended. */
static pid_t start_daemon(void)
{
	int ends[2];
	char result;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		result = daemon_write_pid(path, &message) == ERR_NONE ? 'y' : 'n';
		(void)!write(ends[1], &result, 1);
		alarm(60); /* not for ever, should the test fail and forget this process */
		for (;;)
			pause();
	}
	assert_int_equal(read(ends[0], &result, 1), 1);
	assert_int_equal(result, 'y');
	close(ends[0]);
	close(ends[1]);
	return child;
}

static void end_daemon(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void writes_the_process_id_and_removes_it(void **state)
{
	struct stat status;

	(void)state;
	umask(077);
	assert_int_equal(daemon_write_pid(path, &message), ERR_NONE);
	assert_file_holds_pid(getpid());
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0644);
	assert_int_equal(count_files(), 1);
	daemon_remove_pid();
	assert_int_equal(count_files(), 0);
	daemon_remove_pid();
}

static void takes_over_a_file_that_nobody_holds(void **state)
{
	static const char *const STALE[] = {"99999999\n", "", "garbage", "-1\n", "1\n"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(STALE); i++) {
		put_file(STALE[i]);
		assert_int_equal(daemon_write_pid(path, &message), ERR_NONE);
		assert_file_holds_pid(getpid());
		assert_int_equal(count_files(), 1);
		daemon_remove_pid();
	}
}

static void takes_over_the_file_of_a_daemon_that_was_killed(void **state)
{
	pid_t child = start_daemon();

	(void)state;
	end_daemon(child);
	assert_file_holds_pid(child);
	assert_int_equal(daemon_write_pid(path, &message), ERR_NONE);
	assert_file_holds_pid(getpid());
}

static void refuses_the_file_of_a_living_daemon_and_names_it(void **state)
{
	pid_t child = start_daemon();
	char expected[512];

	(void)state;
	assert_int_equal(daemon_write_pid(path, &message), ERR_EXISTS);
	snprintf(expected, sizeof(expected), "%s is held by process %ld", path, (long)child);
	assert_string_equal(message_buffer, expected);
	assert_file_holds_pid(child);
	assert_int_equal(count_files(), 1);
	daemon_remove_pid();
	assert_file_holds_pid(child);
	end_daemon(child);
}

static void leaves_a_file_that_another_daemon_has_put_there(void **state)
{
	(void)state;
	assert_int_equal(daemon_write_pid(path, &message), ERR_NONE);
	assert_int_equal(unlink(path), 0);
	put_file("4711\n");
	daemon_remove_pid();
	assert_file_holds_pid(4711);
}

#define STARTERS 8

/* Starts when the first pipe is closed, says in the second how it went, lives until the third is
 * closed. */
enum { START, RESULT, END, PIPES };

static void contend(int pipes[PIPES][2])
{
	char octet;

	close(pipes[START][1]);
	close(pipes[END][1]);
	(void)!read(pipes[START][0], &octet, 1);
	octet = daemon_write_pid(path, &message) == ERR_NONE ? 'y' : 'n';
	(void)!write(pipes[RESULT][1], &octet, 1);
	(void)!read(pipes[END][0], &octet, 1);
	_exit(0);
}

static int count_winners(void)
{
	int pipes[PIPES][2], winners = 0;
	char result;

	for (int i = 0; i < PIPES; i++)
		assert_int_equal(pipe(pipes[i]), 0);
	for (int i = 0; i < STARTERS; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			contend(pipes);
	}
	close(pipes[START][1]);
	for (int i = 0; i < STARTERS; i++) {
		assert_int_equal(read(pipes[RESULT][0], &result, 1), 1);
		winners += result == 'y';
	}
	close(pipes[END][1]);
	for (int i = 0; i < STARTERS; i++)
		assert_true(wait(NULL) > 0);
	close(pipes[START][0]);
	close(pipes[RESULT][0]);
	close(pipes[RESULT][1]);
	close(pipes[END][0]);
	return winners;
}

static void of_many_that_start_at_once_one_wins(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		assert_int_equal(count_winners(), 1);
		assert_int_equal(count_files(), 1);
		if (round % 2) /* every other round finds no file, the rest a stale one */
			assert_int_equal(unlink(path), 0);
	}
}

static void follows_no_link(void **state)
{
	char target[320];

	(void)state;
	snprintf(target, sizeof(target), "%s/target", folder);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(daemon_write_pid(path, &message), ERR_IO);
	assert_int_equal(access(target, F_OK), -1);
	assert_int_equal(count_files(), 1);
}

static void refuses_what_is_no_regular_file(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(daemon_write_pid(path, &message), ERR_REFUSED);
	assert_non_null(strstr(message_buffer, "is not a regular file"));
	assert_int_equal(count_files(), 1);
}

static void names_the_file_that_cannot_be_written(void **state)
{
	char elsewhere[320], expected[512];

	(void)state;
	snprintf(elsewhere, sizeof(elsewhere), "%s/missing/daemon.pid", folder);
	assert_int_equal(daemon_write_pid(elsewhere, &message), ERR_IO);
	snprintf(expected, sizeof(expected), "%s: %s", elsewhere, strerror(ENOENT));
	assert_string_equal(message_buffer, expected);
}

static void refuses_a_name_that_is_too_long(void **state)
{
	char name[5000];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(daemon_write_pid(name, &message), ERR_RANGE);
}

#define PIDFILE_TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIDFILE_TEST(writes_the_process_id_and_removes_it),
		PIDFILE_TEST(takes_over_a_file_that_nobody_holds),
		PIDFILE_TEST(takes_over_the_file_of_a_daemon_that_was_killed),
		PIDFILE_TEST(refuses_the_file_of_a_living_daemon_and_names_it),
		PIDFILE_TEST(leaves_a_file_that_another_daemon_has_put_there),
		PIDFILE_TEST(of_many_that_start_at_once_one_wins),
		PIDFILE_TEST(follows_no_link),
		PIDFILE_TEST(refuses_what_is_no_regular_file),
		PIDFILE_TEST(names_the_file_that_cannot_be_written),
		PIDFILE_TEST(refuses_a_name_that_is_too_long),
	};

	return cmocka_run_group_tests_name("pidfile", tests, NULL, NULL);
}
