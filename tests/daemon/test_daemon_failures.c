/* SPDX-License-Identifier: BSD-2-Clause */
/* A start that fails half-way: each call of the system that may fail is reported, and root's
 * privileges are never half given up in silence. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "tests/support/faults.h"
#include "tests/support/unit.h"

#define CHILD_FAILED 99

static char folder[] = "/tmp/opsmilter-daemon-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/pid", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0); /* nothing else was left in it */
	return 0;
}

static void assert_ends_with_error(const char *message, int error)
{
	const char *end = strerror(error);
	size_t length = strlen(message);

	if (length < strlen(end) || strcmp(message + length - strlen(end), end) != 0)
		fail_msg("\"%s\" does not end with \"%s\"", message, end);
}

static void a_look_up_that_fails_is_not_an_unknown_name(void **state)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user;
	gid_t group;

	(void)state;
	fault_at("getpwnam", 1, EIO);
	assert_int_equal(daemon_find_user("nobody", &user, &message), ERR_IO);
	assert_true(fault_happened());
	assert_ends_with_error(buffer, EIO);
	text_clear(&message);
	fault_at("getgrnam", 1, EMFILE);
	assert_int_equal(daemon_find_group("daemon", &group, &message), ERR_IO);
	assert_true(fault_happened());
	assert_ends_with_error(buffer, EMFILE);
}

static void a_user_name_that_is_too_long_is_unknown(void **state)
{
	char buffer[512], name[200];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(daemon_find_user(name, &user, &message), ERR_NOT_FOUND);
}

/* In a child: what it gives up is gone for good. */
static void become_fails_at(const char *function)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user user;
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (daemon_find_user("nobody", &user, &message) != ERR_NONE)
			_exit(CHILD_FAILED);
		fault_at(function, 1, EAGAIN);
		int err = daemon_become(&user, &message);
		_exit(fault_happened() && err == ERR_IO && strstr(buffer, strerror(EAGAIN)) != NULL
				? 0
				: 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		fail_msg("%s() failed, and daemon_become() did not say so", function);
}

static void every_step_away_from_root_may_fail(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	become_fails_at("initgroups");
	become_fails_at("setgid");
	become_fails_at("setuid");
}

static void root_is_refused(void **state)
{
	const struct daemon_user root = {.name = "root"};
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	(void)state;
	assert_int_equal(daemon_become(&root, &message), ERR_REFUSED);
}

/* The starter of a daemon that cannot detach gets the error, and no process is left behind. */
static void every_step_into_the_background_may_fail(void **state)
{
	static const struct {
		const char *function;
		unsigned call;
	} cases[] = {{"socketpair", 1}, {"fork", 1}, {"setsid", 1}, {"chdir", 1}, {"dup2", 1},
		{"dup2", 2}};
	char buffer[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text message = TEXT_OVER(buffer);
		int status;
		pid_t starter = fork();
		if (starter == 0) {
			fault_at(cases[i].function, cases[i].call, ENOMEM);
			int err = daemon_detach(&message);
			_exit(fault_happened() && err == ERR_IO &&
						strstr(buffer, strerror(ENOMEM)) != NULL
					? 7
					: CHILD_FAILED);
		}
		assert_int_equal(waitpid(starter, &status, 0), starter);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
			fail_msg("%s(): wait status %#x", cases[i].function, (unsigned)status);
	}
}

static void a_pid_file_that_cannot_be_made_leaves_nothing(void **state)
{
	static const char *const functions[] = {"mkstemp", "fchmod", "flock", "link"};
	char buffer[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(functions); i++) {
		struct text message = TEXT_OVER(buffer);
		fault_at(functions[i], 1, ENOSPC);
		assert_int_equal(daemon_write_pid(path, &message), ERR_IO);
		assert_true(fault_happened());
		assert_ends_with_error(buffer, ENOSPC);
		assert_int_not_equal(access(path, F_OK), 0);
	}
}

static void a_pid_file_that_cannot_be_taken_over_stays(void **state)
{
	static const struct {
		const char *function;
		unsigned call;
	} cases[] = {{"fstat", 1}, {"flock", 2}, {"rename", 1}};
	char buffer[256];

	(void)state;
	fclose(fopen(path, "w"));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct text message = TEXT_OVER(buffer);
		fault_at(cases[i].function, cases[i].call, EIO);
		assert_int_equal(daemon_write_pid(path, &message), ERR_IO);
		assert_true(fault_happened());
		assert_ends_with_error(buffer, EIO);
		assert_int_equal(access(path, F_OK), 0);
	}
}

static void a_name_without_room_for_a_pid_file_is_refused(void **state)
{
	char buffer[256], name[5000];
	struct text message = TEXT_OVER(buffer);

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(daemon_write_pid(name, &message), ERR_RANGE);
}

static void an_unknown_limit_raises_nothing(void **state)
{
	(void)state;
	fault_at("getrlimit", 1, EINVAL);
	assert_int_equal(daemon_raise_open_files(100), 0);
	assert_true(fault_happened());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_look_up_that_fails_is_not_an_unknown_name),
		cmocka_unit_test(a_user_name_that_is_too_long_is_unknown),
		cmocka_unit_test(every_step_away_from_root_may_fail),
		cmocka_unit_test(root_is_refused),
		cmocka_unit_test(every_step_into_the_background_may_fail),
		TEST(a_pid_file_that_cannot_be_made_leaves_nothing),
		TEST(a_pid_file_that_cannot_be_taken_over_stays),
		cmocka_unit_test(a_name_without_room_for_a_pid_file_is_refused),
		cmocka_unit_test(an_unknown_limit_raises_nothing),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
