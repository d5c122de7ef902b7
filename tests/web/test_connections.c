/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections of the site: how many, and their deadlines. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "web/connections.h"

#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/support/unit.h"

#define HOUR 3600

/* The wall clock was read an hour before: it has been set back since. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	int (*real)(clockid_t, struct timespec *);
	int result;

	*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	result = real(clock, time);
	if (clock == CLOCK_REALTIME)
		time->tv_sec += HOUR;
	return result;
}

static struct connections *connections;

static int make(void **state)
{
	(void)state;
	return connections_new(&connections);
}

static int unmake(void **state)
{
	(void)state;
	connections_free(&connections);
	assert_null(connections);
	connections_free(&connections);
	return 0;
}

static struct addr address(const char *string)
{
	struct addr addr;

	assert_int_equal(addr_parse(string, &addr), ERR_NONE);
	return addr;
}

/* Whether the other end of a socket is cut off within a time. */
static bool is_cut_off(int socket, int msecs)
{
	struct pollfd end = {.fd = socket, .events = POLLIN};
	char octet;

	return poll(&end, 1, msecs) == 1 && recv(socket, &octet, 1, 0) == 0;
}

/* One connection with a deadline; whether it is cut off within two seconds and a half. */
static bool ends_soon(int deadline_secs)
{
	struct addr client = address("192.0.2.1");
	struct connection *connection;
	int pair[2];
	bool ended;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	connection = connection_open(connections, pair[0], &client);
	assert_non_null(connection);
	connection_set_deadline(connections, connection, deadline_secs);
	ended = is_cut_off(pair[1], 2500);
	connection_close(connections, connection);
	close(pair[0]);
	close(pair[1]);
	return ended;
}

static void a_connection_past_its_deadline_is_cut_off_also_when_the_clock_is_set_back(void **state)
{
	(void)state;
	assert_true(ends_soon(0));
}

static void a_connection_before_its_deadline_is_left_alone(void **state)
{
	(void)state;
	assert_false(ends_soon(20));
}

static void one_client_gets_its_share_and_a_proxy_all_there_is(void **state)
{
	struct addr client = address("192.0.2.1"), other = address("192.0.2.2");
	struct connection *last = NULL;

	(void)state;
	for (int i = 0; i < CONNECTIONS_OF_CLIENT; i++) {
		assert_true(connections_admit(connections, &client, false));
		last = connection_open(connections, -1, &client);
		assert_non_null(last);
	}
	assert_false(connections_admit(connections, &client, false));
	assert_true(connections_admit(connections, &other, false));
	connection_close(connections, last);
	assert_true(connections_admit(connections, &client, false));
	for (int i = CONNECTIONS_OF_CLIENT - 1; i < CONNECTIONS_MAX; i++) {
		assert_true(connections_admit(connections, &client, true));
		assert_non_null(connection_open(connections, -1, &client));
	}
	assert_false(connections_admit(connections, &client, true));
	assert_false(connections_admit(connections, &other, false));
	assert_null(connection_open(connections, -1, &other));
}

static void addresses_of_one_64_are_one_client(void **state)
{
	struct addr addr;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < CONNECTIONS_OF_CLIENT; i++) {
		snprintf(text, sizeof(text), "2001:db8:0:1:%x::1", i);
		assert_int_equal(addr_parse(text, &addr), ERR_NONE);
		assert_true(connections_admit(connections, &addr, false));
		assert_non_null(connection_open(connections, -1, &addr));
	}
	assert_int_equal(addr_parse("2001:db8:0:1:ffff::1", &addr), ERR_NONE);
	assert_false(connections_admit(connections, &addr, false));
	assert_int_equal(addr_parse("2001:db8:0:2::1", &addr), ERR_NONE);
	assert_true(connections_admit(connections, &addr, false));
}

#define WITH_CONNECTIONS(test) cmocka_unit_test_setup_teardown(test, make, unmake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_CONNECTIONS(
			a_connection_past_its_deadline_is_cut_off_also_when_the_clock_is_set_back),
		WITH_CONNECTIONS(a_connection_before_its_deadline_is_left_alone),
		WITH_CONNECTIONS(addresses_of_one_64_are_one_client),
		WITH_CONNECTIONS(one_client_gets_its_share_and_a_proxy_all_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
