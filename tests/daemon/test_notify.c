/* SPDX-License-Identifier: BSD-2-Clause */
/* What the service manager is told. */
#include "daemon/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"
#include "daemon/daemon.h"
#include "daemon/reload.h"
#include "tests/support/capture.h"
#include "tests/support/unit.h"

static char folder[64];
static char name[108];
static int manager;

/* A service manager with a socket of this name; '@' in front: an abstract one. */
static void listen_at(const char *socket_name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	assert_true(strlen(socket_name) < sizeof(address.sun_path));
	strcpy(address.sun_path, socket_name);
	if (socket_name[0] == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(
		bind(manager, (struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(socket_name))),
		0);
	setenv("NOTIFY_SOCKET", socket_name, 1);
}

/* The next message; "" if there is none. */
static const char *told(void)
{
	static char message[64];
	ssize_t got = recv(manager, message, sizeof(message) - 1, 0);

	message[got < 0 ? 0 : got] = '\0';
	return message;
}

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/opsmilter-notify-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(name, sizeof(name), "%s/socket", folder);
	listen_at(name);
	return 0;
}

static int end(void **state)
{
	(void)state;
	close(manager);
	unlink(name);
	unsetenv("NOTIFY_SOCKET");
	return rmdir(folder);
}

static void tells_each_state(void **state)
{
	(void)state;
	notify_ready();
	assert_string_equal(told(), "READY=1");
	notify_reloading();
	assert_string_equal(told(), "RELOADING=1");
	notify_stopping();
	assert_string_equal(told(), "STOPPING=1");
	assert_string_equal(told(), "");
}

static void finds_an_abstract_socket(void **state)
{
	char abstract[64];

	(void)state;
	close(manager);
	snprintf(abstract, sizeof(abstract), "@opsmilter-notify-%ld", (long)getpid());
	listen_at(abstract);
	notify_ready();
	assert_string_equal(told(), "READY=1");
}

static void a_start_that_failed_is_not_ready(void **state)
{
	(void)state;
	daemon_ready(2);
	assert_string_equal(told(), "");
	daemon_ready(0);
	assert_string_equal(told(), "READY=1");
}

/* Reads a file with this text again, as at SIGHUP. */
static struct conf *reload(const char *text)
{
	struct capture capture;
	char path[128], logged[1024];

	snprintf(path, sizeof(path), "%s/conf", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	start_capture(&capture);
	struct conf *conf = reload_read(path);
	if (conf != NULL)
		reload_follow(path, "web", conf, conf);
	end_capture(&capture, logged, sizeof(logged));
	unlink(path);
	return conf;
}

static void a_reload_ends_with_ready(void **state)
{
	struct conf *conf = reload("site_url = \"https://ops.example.org\"\n");

	(void)state;
	assert_non_null(conf);
	conf_free(&conf);
	assert_string_equal(told(), "RELOADING=1");
	assert_string_equal(told(), "READY=1");
	assert_string_equal(told(), "");
}

static void a_reload_that_is_refused_ends_with_ready_too(void **state)
{
	(void)state;
	assert_null(reload("nonsense"));
	assert_string_equal(told(), "RELOADING=1");
	assert_string_equal(told(), "READY=1");
	assert_string_equal(told(), "");
}

static void tells_nobody_at_a_name_that_is_no_socket(void **state)
{
	char too_long[200];

	(void)state;
	memset(too_long, 'x', sizeof(too_long) - 1);
	too_long[0] = '/';
	too_long[sizeof(too_long) - 1] = '\0';
	const char *const names[] = {
		"", "/", "relative", "vsock:2:1234", "/nowhere/socket", too_long};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		setenv("NOTIFY_SOCKET", names[i], 1);
		notify_ready();
	}
	unsetenv("NOTIFY_SOCKET");
	notify_ready();
	assert_string_equal(told(), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_each_state, begin, end),
		cmocka_unit_test_setup_teardown(finds_an_abstract_socket, begin, end),
		cmocka_unit_test_setup_teardown(a_start_that_failed_is_not_ready, begin, end),
		cmocka_unit_test_setup_teardown(a_reload_ends_with_ready, begin, end),
		cmocka_unit_test_setup_teardown(
			a_reload_that_is_refused_ends_with_ready_too, begin, end),
		cmocka_unit_test_setup_teardown(
			tells_nobody_at_a_name_that_is_no_socket, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
