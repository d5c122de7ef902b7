/* SPDX-License-Identifier: BSD-2-Clause */
/* The start of the filter: what it refuses and says, sockets of both kinds, running in the
 * background. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/milter/dialogue.h"
#include "tests/support/unit.h"

#define STATUS_USAGE 2
#define STATUS_RUN_TIME 3
#define POLLS 500
#define POLL_USECS 20000
/* A thread of libmilter's pool has left its session after this time. */
#define SESSION_END_USECS 1000000

/* A TCP port of loopback that nobody uses; the socket keeps it while it is bound. */
static int bind_port(int *port_r)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port_r = ntohs(address.sin_port);
	return fd;
}

static bool answers_at(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool open = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

	close(fd);
	return open;
}

/* The filter does not start with these options of its section, and says why. */
static void assert_refused(const char *options, int status, const char *words)
{
	daemon_configure(&filter, options);
	assert_int_equal(daemon_start_in_vain(&filter), status);
	if (!daemon_said(&filter, words))
		fail_msg("%s: the filter does not say \"%s\"", options, words);
}

static void names_a_socket_that_cannot_be_made(void **state)
{
	static const struct {
		const char *socket, *words;
	} cases[] = {
		{"unix:/no/such/folder/socket", "/no/such/folder: "},
		{"unix:/dev/null/socket", "/dev/null"},
		{"inet:8891@192.0.2.1", "192.0.2.1"},
		{"inet6:8891@127.0.0.1", "127.0.0.1"},
	};
	char options[128];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		snprintf(options, sizeof(options), "socket = \"%s\"", cases[i].socket);
		assert_refused(options, STATUS_RUN_TIME, cases[i].words);
	}
}

static void names_a_folder_that_it_may_not_write_in(void **state)
{
	char folder[80], options[128];

	(void)state;
	if (geteuid() == 0)
		skip(); /* who may write everywhere */
	snprintf(folder, sizeof(folder), "%s/closed", filter.folder);
	assert_int_equal(mkdir(folder, 0555), 0);
	snprintf(options, sizeof(options), "socket = \"unix:%s/socket\"", folder);
	assert_refused(options, STATUS_RUN_TIME, folder);
}

static void names_a_port_that_another_program_has(void **state)
{
	char options[64];
	int port;
	int fd = bind_port(&port);

	(void)state;
	assert_int_equal(listen(fd, 1), 0);
	snprintf(options, sizeof(options), "socket = \"inet:%d@127.0.0.1\"", port);
	assert_refused(options, STATUS_RUN_TIME, "Address already in use");
	close(fd);
}

static void names_a_group_that_there_is_not(void **state)
{
	(void)state;
	assert_refused("group = \"no-such-group\"", STATUS_USAGE, "no-such-group");
}

/* Only root becomes another user. */
static void does_not_run_as_root(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_refused("user = \"\"", STATUS_USAGE, "milter.user");
	assert_refused("user = \"root\"", STATUS_USAGE, "milter.user");
	assert_refused("user = \"no-such-user\"", STATUS_USAGE, "no-such-user");
}

static void assert_exits(const char *option, int status)
{
	filter.pid = daemon_spawn(&filter, option);
	assert_int_equal(daemon_wait(&filter), status << 8);
}

static void understands_its_own_options_only(void **state)
{
	(void)state;
	assert_exits("--no-such-option", STATUS_USAGE);
	assert_exits("argument", STATUS_USAGE);
	assert_true(daemon_said(&filter, "argument"));
	assert_exits("--version", 0);
	assert_exits("--help", 0);
}

static void a_start_in_the_background_that_fails_has_its_exit_status(void **state)
{
	(void)state;
	daemon_configure(&filter, "pid_file = \"/no/such/folder/pid\"");
	assert_exits("-d", STATUS_RUN_TIME);
	assert_true(daemon_said(&filter, "milter.pid_file: /no/such/folder/pid"));
	assert_int_not_equal(access(filter.socket, F_OK), 0);
}

static void does_not_start_without_its_databases(void **state)
{
	char path[80];

	(void)state;
	snprintf(path, sizeof(path), "%s/hits.db", filter.folder);
	assert_int_equal(unlink(path), 0);
	assert_refused("", STATUS_RUN_TIME, "hits.db");
}

static void warns_of_a_socket_that_other_machines_may_reach(void **state)
{
	char options[64], path[80];
	int port;

	(void)state;
	snprintf(path, sizeof(path), "%s/hits.db", filter.folder);
	assert_int_equal(unlink(path), 0); /* so that it ends at once */
	close(bind_port(&port));
	snprintf(options, sizeof(options), "socket = \"inet:%d@127.0.0.1\"", port);
	assert_refused(options, STATUS_RUN_TIME, "hits.db");
	assert_false(daemon_said(&filter, "other machines"));
	snprintf(options, sizeof(options), "socket = \"inet:%d\"", port);
	assert_refused(options, STATUS_RUN_TIME, "other machines may reach");
}

static void answers_at_a_port_and_ends_in_order(void **state)
{
	char options[64];
	int port;

	(void)state;
	close(bind_port(&port));
	snprintf(options, sizeof(options), "socket = \"inet:%d@127.0.0.1\"", port);
	daemon_configure(&filter, options);
	filter.pid = daemon_spawn(&filter, NULL);
	for (int i = 0; i < POLLS && !answers_at(port); i++)
		usleep(POLL_USECS);
	assert_true(answers_at(port));
	/* libmilter destroys its own mutexes at the end, even while a thread of its pool leaves the
	 * session before: not under the thread sanitizer's eyes. */
	usleep(SESSION_END_USECS);
	assert_int_equal(daemon_end(&filter, SIGTERM), 0);
	assert_false(answers_at(port));
}

static pid_t read_pid(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[32] = "";

	if (file == NULL)
		return 0;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	fclose(file);
	return (pid_t)strtol(line, NULL, 10);
}

static void runs_in_the_background_once_it_is_ready(void **state)
{
	char options[128], path[80];

	(void)state;
	snprintf(path, sizeof(path), "%s/pid", filter.folder);
	snprintf(options, sizeof(options), "pid_file = \"%s\"", path);
	daemon_configure(&filter, options);
	filter.pid = daemon_spawn(&filter, "-d");
	assert_int_equal(daemon_wait(&filter), 0);
	pid_t pid = read_pid(path);
	assert_true(pid > 1);
	daemon_list(&filter, "192.0.2.1", "refuse");
	assert_int_equal(connect_as('4', "192.0.2.1"), 'c');
	hang_up();
	assert_int_equal(kill(pid, SIGTERM), 0);
	for (int i = 0; i < POLLS && kill(pid, 0) == 0; i++)
		usleep(POLL_USECS);
	assert_int_not_equal(kill(pid, 0), 0);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void checks_the_configuration_without_a_start(void **state)
{
	(void)state;
	filter.pid = daemon_spawn(&filter, "-n");
	assert_int_equal(daemon_wait(&filter), 0);
	assert_int_not_equal(access(filter.socket, F_OK), 0);
}

/* Reloads until the filter has said these words. */
static void reload_until(const char *options, const char *words)
{
	daemon_configure(&filter, options);
	assert_int_equal(kill(filter.pid, SIGHUP), 0);
	for (int i = 0; i < POLLS && !daemon_said(&filter, words); i++)
		usleep(POLL_USECS);
	assert_true(daemon_said(&filter, words));
}

static void a_reload_says_what_it_cannot_change(void **state)
{
	char path[80];

	(void)state;
	daemon_start(&filter);
	reload_until("no_such_option = 1", "no_such_option");
	reload_until("socket_mode = \"0600\"", "socket_mode");
	snprintf(path, sizeof(path), "%s/ops.db", filter.folder);
	assert_int_equal(unlink(path), 0);
	reload_until("", "ops.db");
	assert_int_equal(connect_as('4', "192.0.2.1"), 'a');
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(names_a_socket_that_cannot_be_made),
		TEST(names_a_folder_that_it_may_not_write_in),
		TEST(names_a_port_that_another_program_has),
		TEST(names_a_group_that_there_is_not),
		TEST(does_not_run_as_root),
		TEST(understands_its_own_options_only),
		TEST(a_start_in_the_background_that_fails_has_its_exit_status),
		TEST(does_not_start_without_its_databases),
		TEST(warns_of_a_socket_that_other_machines_may_reach),
		TEST(answers_at_a_port_and_ends_in_order),
		TEST(runs_in_the_background_once_it_is_ready),
		TEST(checks_the_configuration_without_a_start),
		TEST(a_reload_says_what_it_cannot_change),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
