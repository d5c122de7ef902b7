/* SPDX-License-Identifier: BSD-2-Clause */
/* The listener that sees the tokens arrive. */
#include "probe/listener.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "daemon/daemon.h"
#include "tests/support/unit.h"

#define SITE "https://ops.example.org"
#define TOKEN "0123456789abcdef0123456789abcdef"
#define ANSWER "fedcba9876543210fedcba9876543210"

struct bench {
	struct event_base *loop;
	struct listener *listener;
	struct target target;
	struct expectation expectation;
	unsigned seen;
	struct addr egress;
};

static void on_seen(void *context, const struct addr *egress)
{
	struct bench *bench = context;

	bench->seen++;
	bench->egress = *egress;
}

static uint16_t free_port(void)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(name);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &length), 0);
	close(fd);
	return ntohs(name.sin_port);
}

static void set_up(struct bench *bench)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);

	memset(bench, 0, sizeof(*bench));
	bench->loop = event_base_new();
	assert_int_equal(addr_parse("127.0.0.1", &bench->target.addr), 0);
	bench->target.port = free_port();
	assert_int_equal(
		listener_new(bench->loop, &bench->target, 1, SITE, &bench->listener, &message), 0);
	bench->expectation = (struct expectation){
		.token = TOKEN, .answer = ANSWER, .seen = on_seen, .context = bench};
}

static void tear_down(struct bench *bench)
{
	listener_forget(&bench->expectation);
	listener_free(&bench->listener);
	event_base_free(bench->loop);
}

static int call(const struct bench *bench, const char *from)
{
	struct sockaddr_in ours = {.sin_family = AF_INET};
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(bench->target.port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, from, &ours.sin_addr);
	inet_pton(AF_INET, "127.0.0.1", &name.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&ours, sizeof(ours)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	return fd;
}

/* All that the listener says until it ends, or is silent for some rounds of the loop. */
static const char *hear(struct bench *bench, int fd)
{
	static char heard[4096];
	size_t length = 0;
	ssize_t more;

	for (int i = 0; i < 50; i++) {
		event_base_loop(bench->loop, EVLOOP_NONBLOCK);
		more = recv(fd, heard + length, sizeof(heard) - 1 - length, MSG_DONTWAIT);
		if (more == 0)
			break;
		length += more > 0 ? (size_t)more : 0;
		usleep(1000);
	}
	heard[length] = '\0';
	return heard;
}

static const char *say(struct bench *bench, const char *from, const char *octets)
{
	int fd = call(bench, from);

	assert_int_equal(send(fd, octets, strlen(octets), 0), (ssize_t)strlen(octets));
	const char *heard = hear(bench, fd);
	close(fd);
	return heard;
}

static void a_token_is_seen_and_answered_in_its_own_way(void **state)
{
	static const struct {
		const char *octets, *begin;
	} cases[] = {
		{TOKEN "\r\n", "This is the open proxy prober of " SITE "\r\n" ANSWER "\r\n"},
		{"\r\n\r\n" TOKEN, "This is the open proxy prober of " SITE "\r\n" ANSWER "\r\n"},
		{"GET /" TOKEN " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
		{"GET http://x/" TOKEN " HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK\r\n"},
		{"POST / HTTP/1.1\r\nContent-Length: 34\r\n\r\n" TOKEN "\r\n", "HTTP/1.1 "},
	};
	struct bench bench;
	struct addr from;

	(void)state;
	set_up(&bench);
	assert_int_equal(addr_parse("127.0.0.5", &from), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		listener_expect(bench.listener, &bench.expectation);
		const char *heard = say(&bench, "127.0.0.5", cases[i].octets);
		assert_memory_equal(heard, cases[i].begin, strlen(cases[i].begin));
		assert_int_equal(bench.seen, i + 1);
		assert_int_equal(addr_compare(&bench.egress, &from), 0);
	}
	tear_down(&bench);
}

static void a_token_serves_once_and_only_while_it_is_awaited(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench);
	assert_null(strstr(say(&bench, "127.0.0.1", TOKEN "\r\n"), ANSWER));
	listener_expect(bench.listener, &bench.expectation);
	assert_non_null(strstr(say(&bench, "127.0.0.1", TOKEN "\r\n"), ANSWER));
	assert_null(strstr(say(&bench, "127.0.0.1", TOKEN "\r\n"), ANSWER));
	listener_expect(bench.listener, &bench.expectation);
	listener_forget(&bench.expectation);
	assert_null(strstr(say(&bench, "127.0.0.1", TOKEN "\r\n"), ANSWER));
	assert_int_equal(bench.seen, 1);
	tear_down(&bench);
}

static void a_stranger_learns_who_listens(void **state)
{
	struct bench bench;
	const char *heard;

	(void)state;
	set_up(&bench);
	heard = say(&bench, "127.0.0.1", "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	assert_memory_equal(heard, "HTTP/1.1 404 ", 13);
	assert_non_null(strstr(heard, SITE));
	assert_int_equal(bench.seen, 0);
	tear_down(&bench);
}

static void strangers_who_stay_lock_no_token_out(void **state)
{
	enum { STRANGERS = 1100 };
	static int strangers[STRANGERS];
	struct bench bench;

	(void)state;
	if (daemon_raise_open_files(2 * STRANGERS + 200) < 2 * STRANGERS + 200)
		skip();
	set_up(&bench);
	for (int i = 0; i < STRANGERS; i++) {
		strangers[i] = call(&bench, "127.0.0.9");
		event_base_loop(bench.loop, EVLOOP_NONBLOCK);
	}
	listener_expect(bench.listener, &bench.expectation);
	assert_non_null(strstr(say(&bench, "127.0.0.1", TOKEN "\r\n"), ANSWER));
	for (int i = 0; i < STRANGERS; i++)
		close(strangers[i]);
	tear_down(&bench);
}

static void a_port_that_is_taken_is_named(void **state)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	struct listener *second;
	struct bench bench;

	(void)state;
	set_up(&bench);
	assert_true(listener_new(bench.loop, &bench.target, 1, SITE, &second, &message) < 0);
	assert_null(second);
	assert_non_null(strstr(buffer, "cannot listen at 127.0.0.1 port "));
	assert_non_null(strstr(buffer, "set another port"));
	tear_down(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_seen_and_answered_in_its_own_way),
		cmocka_unit_test(a_token_serves_once_and_only_while_it_is_awaited),
		cmocka_unit_test(a_stranger_learns_who_listens),
		cmocka_unit_test(strangers_who_stay_lock_no_token_out),
		cmocka_unit_test(a_port_that_is_taken_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
