/* SPDX-License-Identifier: BSD-2-Clause */
/* What a daemon does at its start: detaching, users and groups, giving up root, limits. */
#include "daemon/daemon.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "tests/support/unit.h"

/* The exit status of a forked child in which a step of the test itself failed. */
#define CHILD_FAILED 99

/* Runs body in a child, with where to write what it finds; gives its exit status. */
static int run_in_child(void (*body)(int report), char *report_r, size_t size)
{
	size_t length = 0;
	ssize_t got;
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(ends[0]);
		body(ends[1]);
		_exit(CHILD_FAILED);
	}
	close(ends[1]);
	while ((got = read(ends[0], report_r + length, size - 1 - length)) > 0)
		length += (size_t)got;
	report_r[length] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void detach_or_exit(void)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	if (daemon_detach(&message) != ERR_NONE)
		_exit(CHILD_FAILED);
}

static bool is_null(int descriptor)
{
	struct stat stream, null;

	return fstat(descriptor, &stream) == 0 && stat("/dev/null", &null) == 0 &&
	       S_ISCHR(stream.st_mode) && stream.st_rdev == null.st_rdev;
}

static void report_how_it_is_detached(int report)
{
	char folder[64] = "?";

	if (getcwd(folder, sizeof(folder)) == NULL)
		_exit(CHILD_FAILED);
	dprintf(report, "%s %d %d%d%d", folder, getsid(0) == getpid(), is_null(0), is_null(1),
		is_null(2));
}

static void detach_and_be_ready(int report)
{
	pid_t starter = getpid();

	detach_or_exit();
	if (getpid() == starter)
		_exit(CHILD_FAILED);
	daemon_ready(0);
	report_how_it_is_detached(report);
	daemon_ready(7); /* no effect any more */
	_exit(5);
}

static void detach_without_streams(int report)
{
	for (int stream = 0; stream <= 2; stream++)
		close(stream);
	detach_and_be_ready(report);
}

static void detach_and_fail(int report)
{
	(void)report;
	detach_or_exit();
	daemon_ready(2);
	_exit(0);
}

static void detach_and_exit(int report)
{
	(void)report;
	detach_or_exit();
	_exit(4);
}

static void detach_and_be_killed(int report)
{
	(void)report;
	detach_or_exit();
	raise(SIGKILL);
}

/* Waits for the starter to be gone; the daemon is then some other process's child. */
static void detach_and_lose_the_starter(int report)
{
	pid_t starter = getpid();

	detach_or_exit();
	kill(starter, SIGKILL);
	while (getppid() == starter)
		usleep(1000);
	daemon_ready(0);
	dprintf(report, "alive");
	_exit(0);
}

static void be_ready_without_a_parent(int report)
{
	(void)report;
	daemon_ready(6);
	_exit(0);
}

static const struct {
	const char *name;
	void (*body)(int report);
	int status;
	const char *report;
} DETACHED[] = {
	{"a daemon that is ready", detach_and_be_ready, 0, "/ 1 111"},
	{"started with its streams closed", detach_without_streams, 0, "/ 1 111"},
	{"a start that fails", detach_and_fail, 2, ""},
	{"a daemon that ends before it is ready", detach_and_exit, 4, ""},
	{"a daemon that is killed before it is ready", detach_and_be_killed, 3, ""},
	{"a starter that is gone", detach_and_lose_the_starter, -1, "alive"},
	{"ready without a parent that waits", be_ready_without_a_parent, 0, ""},
};

static void the_starter_of_a_daemon_gets_its_exit_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(DETACHED); i++) {
		char report[128];
		int status = run_in_child(DETACHED[i].body, report, sizeof(report));

		if (status != DETACHED[i].status || strcmp(report, DETACHED[i].report) != 0)
			fail_msg("%s: status %d, \"%s\"", DETACHED[i].name, status, report);
	}
}

static void finds_users_and_groups_by_name(void **state)
{
	struct passwd *passwd = getpwuid(0);
	struct group *group = getgrgid(0);
	struct daemon_user user;
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	gid_t gid = 1;

	(void)state;
	assert_int_equal(daemon_find_user(passwd->pw_name, &user, &message), ERR_NONE);
	assert_string_equal(user.name, "root");
	assert_int_equal(user.uid, 0);
	assert_int_equal(user.gid, passwd->pw_gid);
	assert_int_equal(daemon_find_group(group->gr_name, &gid, &message), ERR_NONE);
	assert_int_equal(gid, 0);
	assert_string_equal(buffer, "");
}

static void a_user_or_group_that_there_is_not_is_named(void **state)
{
	static const char *const NAMES[] = {"no-such-name", "", "0", "root\n",
		"a-name-of-more-than-sixty-four-octets-which-no-system-would-ever-give-to-anyone"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		struct daemon_user user = {.uid = 5};
		char buffer[256];
		struct text message = TEXT_OVER(buffer);
		gid_t gid = 5;

		assert_int_equal(daemon_find_user(NAMES[i], &user, &message), ERR_NOT_FOUND);
		assert_string_equal(user.name, "");
		assert_non_null(strstr(buffer, "there is no user \""));
		assert_null(strchr(buffer, '\n'));
		text_clear(&message);
		assert_int_equal(daemon_find_group(NAMES[i], &gid, &message), ERR_NOT_FOUND);
		assert_int_equal(gid, 0);
		assert_non_null(strstr(buffer, "there is no group \""));
	}
}

static bool has_only_groups_of(const struct daemon_user *user)
{
	gid_t granted[256], held[256];
	int granted_count = COUNT_OF(granted), held_count = getgroups(COUNT_OF(held), held);

	if (getgrouplist(user->name, user->gid, granted, &granted_count) < 0)
		return false;
	for (int i = 0; i < held_count; i++) {
		bool found = false;

		for (int j = 0; j < granted_count; j++)
			found = found || granted[j] == held[i];
		if (!found)
			return false;
	}
	return held_count >= 0;
}

static void become_nobody(int report)
{
	const gid_t more_than_nobody_has[] = {0, 1, 2};
	struct daemon_user user;
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	if (setgroups(COUNT_OF(more_than_nobody_has), more_than_nobody_has) != 0)
		_exit(CHILD_FAILED);
	if (daemon_find_user("nobody", &user, &message) || daemon_become(&user, &message))
		_exit(CHILD_FAILED);
	dprintf(report, "%d%d%d%d%d ", getuid() == user.uid, geteuid() == user.uid,
		getgid() == user.gid, getegid() == user.gid, has_only_groups_of(&user));
	dprintf(report, "%d%d%d", setuid(0), seteuid(0), setgroups(0, NULL));
	_exit(0);
}

static void a_daemon_gives_up_root_for_good(void **state)
{
	char report[64];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(run_in_child(become_nobody, report, sizeof(report)), 0);
	assert_string_equal(report, "11111 -1-1-1");
}

static void nobody_becomes_root(void **state)
{
	const struct daemon_user root = {.name = "root"};
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	(void)state;
	assert_int_equal(daemon_become(&root, &message), ERR_REFUSED);
	assert_string_equal(buffer, "a daemon may not run as root");
}

static void become_someone_as_nobody(int report)
{
	const struct daemon_user someone = {.name = "daemon", .uid = 1, .gid = 1};
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	if (geteuid() == 0 && setuid(65534) != 0)
		_exit(CHILD_FAILED);
	dprintf(report, "%d ", daemon_become(&someone, &message));
	dprintf(report, "%d", message.length > 0);
	_exit(0);
}

static void only_root_becomes_another_user(void **state)
{
	char report[64];

	(void)state;
	assert_int_equal(run_in_child(become_someone_as_nobody, report, sizeof(report)), 0);
	assert_string_equal(report, "-10 1");
}

static void raise_the_limit_on_files(int report)
{
	struct rlimit limit = {.rlim_cur = 50, .rlim_max = 100};

	if (geteuid() == 0 && setuid(65534) != 0)
		_exit(CHILD_FAILED);
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(CHILD_FAILED);
	dprintf(report, "%ld ", daemon_raise_open_files(20));
	dprintf(report, "%ld ", daemon_raise_open_files(80));
	dprintf(report, "%ld ", daemon_raise_open_files(1000000));
	dprintf(report, "%ld ", daemon_raise_open_files(-1));
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(CHILD_FAILED);
	dprintf(report, "%ld %ld", (long)limit.rlim_cur, (long)limit.rlim_max);
	_exit(0);
}

static void raises_the_limit_on_open_files_as_far_as_it_may(void **state)
{
	char report[128];

	(void)state;
	assert_int_equal(run_in_child(raise_the_limit_on_files, report, sizeof(report)), 0);
	assert_string_equal(report, "50 80 100 100 100 100");
}

/* Root in a container may lack the right itself; then there is nothing to see. */
static void raise_the_hard_limit(int report)
{
	struct rlimit limit = {.rlim_cur = 50, .rlim_max = 100};
	const struct rlimit more = {.rlim_cur = 50, .rlim_max = 200};

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		_exit(CHILD_FAILED);
	if (setrlimit(RLIMIT_NOFILE, &more) != 0)
		_exit(0);
	dprintf(report, "%ld", daemon_raise_open_files(300));
	_exit(0);
}

static void raises_the_hard_limit_too_where_it_may(void **state)
{
	char report[128];

	(void)state;
	assert_int_equal(run_in_child(raise_the_hard_limit, report, sizeof(report)), 0);
	if (report[0] == '\0')
		skip();
	assert_string_equal(report, "300");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_starter_of_a_daemon_gets_its_exit_status),
		cmocka_unit_test(finds_users_and_groups_by_name),
		cmocka_unit_test(a_user_or_group_that_there_is_not_is_named),
		cmocka_unit_test(a_daemon_gives_up_root_for_good),
		cmocka_unit_test(nobody_becomes_root),
		cmocka_unit_test(only_root_becomes_another_user),
		cmocka_unit_test(raises_the_limit_on_open_files_as_far_as_it_may),
		cmocka_unit_test(raises_the_hard_limit_too_where_it_may),
	};

	return cmocka_run_group_tests_name("daemon", tests, NULL, NULL);
}
