/* SPDX-License-Identifier: BSD-2-Clause */
/* One attempt at a suspect on loopback, which is a socket of the test. */
#include "probe/attempt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "probe/listener.h"
#include "tests/support/unit.h"

#define SITE "https://ops.example.org"
#define PATIENCE_MSECS 5000

static struct attempt_settings settings;
static struct target target;
static struct attempt *attempt;
static int suspect; /* the socket that listens */
static uint16_t suspect_port;
static int opened, finished;
static struct probe_result result;
static char log_text[4096];

static void on_open(void *context)
{
	assert_ptr_equal(context, &result);
	opened++;
}

static void on_finished(void *context, const struct probe_result *found, struct evbuffer *log)
{
	assert_ptr_equal(context, &result);
	finished++;
	result = *found;
	attempt = NULL; /* it is gone already */
	int length = evbuffer_remove(log, log_text, sizeof(log_text) - 1);
	log_text[length] = '\0';
	evbuffer_free(log);
}

static int listen_on_loopback(uint16_t *port_r)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length), 0);
	*port_r = ntohs(name.sin_port);
	return fd;
}

static int set_up(void **state)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	(void)state;
	suspect = listen_on_loopback(&suspect_port);
	close(listen_on_loopback(&target.port));
	assert_int_equal(addr_parse("127.0.0.1", &target.addr), 0);
	settings = (struct attempt_settings){.loop = event_base_new(),
		.site_url = SITE,
		.connect_timeout = {.tv_sec = 2},
		.probe_timeout = {.tv_sec = 2}};
	opened = finished = 0;
	return listener_new(settings.loop, &target, 1, SITE, &settings.listener, &message);
}

static int tear_down(void **state)
{
	(void)state;
	attempt_free(&attempt);
	assert_null(attempt);
	listener_free(&settings.listener);
	event_base_free(settings.loop);
	close(suspect);
	return 0;
}

static void begin(enum protocol protocol)
{
	struct attempt_goal goal = {.port = {.port = suspect_port, .protocol = protocol},
		.target = target,
		.test_began_msecs = clock_monotonic_msecs(),
		.number = 7};
	const struct attempt_events events = {
		.port_open = on_open, .finished = on_finished, .context = &result};

	assert_int_equal(addr_parse("127.0.0.1", &goal.host), 0);
	attempt_begin(&settings, &goal, &events, &attempt);
}

static void turn(void)
{
	event_base_loop(settings.loop, EVLOOP_NONBLOCK);
	usleep(1000);
}

static void work_until_finished(void)
{
	int64_t end = clock_monotonic_msecs() + PATIENCE_MSECS;

	while (finished == 0 && clock_monotonic_msecs() < end)
		turn();
	assert_int_equal(finished, 1);
}

/* The suspect's end of the connection, with what it was sent. */
static int take_request(char *request_r, size_t size)
{
	int fd = -1;
	ssize_t length = 0;

	for (int i = 0; i < PATIENCE_MSECS && length <= 0; i++) {
		turn();
		if (fd < 0 && opened > 0)
			fd = accept(suspect, NULL, NULL);
		if (fd >= 0)
			length = recv(fd, request_r, size - 1, MSG_DONTWAIT);
	}
	assert_true(length > 0);
	request_r[length] = '\0';
	return fd;
}

static void say(int fd, const char *words)
{
	assert_int_equal(send(fd, words, strlen(words), 0), (ssize_t)strlen(words));
}

static void a_port_that_nobody_listens_at_is_closed(void **state)
{
	(void)state;
	close(suspect);
	begin(PROTOCOL_HTTP_CONNECT);
	work_until_finished();
	assert_int_equal(opened, 0);
	assert_int_equal(result.verdict, PROBE_PORT_CLOSED);
	assert_int_equal(result.error, ECONNREFUSED);
	assert_int_equal(result.target.port, 0);
	assert_int_equal(result.port.port, suspect_port);
	assert_non_null(strstr(log_text, "connection 7 to 127.0.0.1 port "));
	assert_non_null(strstr(log_text, " = port-closed\n"));
}

static void an_answer_gives_the_verdict_and_is_in_the_log(void **state)
{
	char request[1024];

	(void)state;
	begin(PROTOCOL_HTTP_CONNECT);
	int fd = take_request(request, sizeof(request));
	assert_int_equal(strncmp(request, "CONNECT 127.0.0.1:", 18), 0);
	assert_int_equal(opened, 1);
	assert_int_equal(finished, 0);
	say(fd, "HTTP/1.1 403 Forbidden\r\nServer: tinyproxy\r\n\r\n");
	work_until_finished();
	assert_int_equal(result.verdict, PROBE_REFUSED);
	assert_int_equal(result.target.port, target.port);
	assert_false(result.as_web_server);
	assert_true(result.as_proxy);
	assert_non_null(strstr(log_text, " > CONNECT 127.0.0.1:"));
	assert_non_null(strstr(log_text, " < HTTP/1.1 403 Forbidden\\r\\n\n"));
	close(fd);
}

static void a_token_that_reaches_the_listener_shows_the_egress(void **state)
{
	char request[1024], token[64] = "";
	struct sockaddr_in name = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(target.port)};
	struct sockaddr_in from = {.sin_family = AF_INET};

	(void)state;
	begin(PROTOCOL_HTTP_GET);
	int fd = take_request(request, sizeof(request));
	assert_int_equal(sscanf(request, "GET http://%*[^/]/%63s HTTP", token), 1);
	int onward = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, "127.0.0.77", &from.sin_addr);
	assert_int_equal(bind(onward, (struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(connect(onward, (struct sockaddr *)&name, sizeof(name)), 0);
	say(onward, token);
	for (int i = 0; i < 20; i++)
		turn();
	/* Nothing comes back: it is open one way. */
	close(fd);
	work_until_finished();
	assert_int_equal(result.verdict, PROBE_OPEN_ONE_WAY);
	assert_true(result.has_egress);
	assert_false(result.intercepted);
	assert_non_null(strstr(log_text, "the token came to our listener from 127.0.0.77\n"));
	close(onward);
}

static void what_is_seen_counts_when_the_time_of_the_test_is_over(void **state)
{
	char request[1024], token[64] = "";
	struct sockaddr_in name = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(target.port)};

	(void)state;
	begin(PROTOCOL_HTTP_GET);
	int fd = take_request(request, sizeof(request));
	assert_int_equal(sscanf(request, "GET http://%*[^/]/%63s HTTP", token), 1);
	int onward = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(onward, (struct sockaddr *)&name, sizeof(name)), 0);
	say(onward, token);
	for (int i = 0; i < 20; i++)
		turn();
	assert_int_equal(finished, 0);
	attempt_expire(attempt);
	assert_int_equal(finished, 1);
	assert_int_equal(result.verdict, PROBE_OPEN_ONE_WAY);
	assert_false(result.cut_off);
	assert_non_null(strstr(log_text, "the time for the test of this host is over\n"));
	close(onward);
	close(fd);
}

static void what_has_not_answered_then_is_cut_off(void **state)
{
	char request[1024];

	(void)state;
	begin(PROTOCOL_SOCKS5);
	attempt_expire(attempt);
	assert_int_equal(finished, 1);
	assert_int_equal(result.verdict, PROBE_NO_ANSWER);
	assert_true(result.cut_off);
	assert_int_equal(result.target.port, 0);
	close(accept(suspect, NULL, NULL));
	begin(PROTOCOL_SOCKS5);
	int fd = take_request(request, sizeof(request));
	attempt_expire(attempt);
	assert_int_equal(finished, 2);
	assert_int_equal(result.verdict, PROBE_NO_ANSWER);
	assert_true(result.cut_off);
	assert_int_equal(result.target.port, target.port);
	close(fd);
}

static void a_tarpit_that_drips_gains_no_time(void **state)
{
	int64_t began = clock_monotonic_msecs();
	char request[1024];

	(void)state;
	settings.probe_timeout = (struct timeval){.tv_usec = 300000};
	begin(PROTOCOL_HTTP_CONNECT);
	int fd = take_request(request, sizeof(request));
	for (const char *c = "HTTP/1."; finished == 0; c = *c != '\0' ? c + 1 : c) {
		if (*c != '\0')
			(void)!send(fd, c, 1, MSG_NOSIGNAL);
		for (int i = 0; i < 50 && finished == 0; i++)
			turn();
		assert_true(clock_monotonic_msecs() < began + PATIENCE_MSECS);
	}
	assert_int_equal(result.verdict, PROBE_NO_ANSWER);
	/* libevent reads a clock that is some milliseconds coarse. */
	assert_true(clock_monotonic_msecs() - began >= 250);
	close(fd);
}

static void one_that_is_freed_ends_without_a_call(void **state)
{
	char request[1024];

	(void)state;
	begin(PROTOCOL_SOCKS5);
	int fd = take_request(request, sizeof(request));
	attempt_free(&attempt);
	assert_null(attempt);
	attempt_free(&attempt);
	for (int i = 0; i < 20; i++)
		turn();
	assert_int_equal(finished, 0);
	close(fd);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(a_port_that_nobody_listens_at_is_closed),
		WITH_ALL(an_answer_gives_the_verdict_and_is_in_the_log),
		WITH_ALL(a_token_that_reaches_the_listener_shows_the_egress),
		WITH_ALL(what_is_seen_counts_when_the_time_of_the_test_is_over),
		WITH_ALL(what_has_not_answered_then_is_cut_off),
		WITH_ALL(a_tarpit_that_drips_gains_no_time),
		WITH_ALL(one_that_is_freed_ends_without_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
