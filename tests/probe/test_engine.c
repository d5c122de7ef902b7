/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine: tests of hosts on loopback, side by side. */
#include "probe/engine.h"

#include <event2/event.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "probe/selftest_proxy.h"
#include "probe/transcript.h"
#include "tests/support/unit.h"

#define TARGETS 3

/* The engine with targets of its own, an open proxy that reaches the last of them alone, and what
 * the latest test found. */
struct bench {
	struct event_base *loop;
	struct target targets[TARGETS];
	struct engine *engine;
	struct selftest_proxy *server;
	struct target proxy;
	unsigned done;
	struct probe_result results[64];
	size_t count;
	bool alive, intercepted;
	char transcript[32768];
};

static struct target loopback(const char *address, uint16_t port)
{
	struct target target = {.port = port};

	assert_int_equal(addr_parse(address, &target.addr), 0);
	return target;
}

/* A port that nobody listens at. */
static uint16_t free_port(const char *address)
{
	struct target target = loopback(address, 0);
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(&target.addr, 0, &name);
	int fd = socket(name.ss_family, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&name, length), 0);
	assert_int_equal(selftest_proxy_find_address(fd, &target), 0);
	close(fd);
	return target.port;
}

static void set_up_at(struct bench *bench, const char *address, size_t max_sockets)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	struct engine_settings settings = {
		.targets = bench->targets,
		.target_count = TARGETS,
		.site_url = "https://ops.example.org",
		.connect_timeout_msecs = 500,
		.probe_timeout_msecs = 1000,
		.test_timeout_msecs = 60000,
		.max_sockets = max_sockets,
	};

	memset(bench, 0, sizeof(*bench));
	bench->loop = event_base_new();
	for (size_t i = 0; i < TARGETS; i++)
		bench->targets[i] = loopback(address, free_port(address));
	assert_int_equal(engine_new(bench->loop, &settings, &bench->engine, &message), 0);
	assert_int_equal(selftest_proxy_new(bench->loop, &bench->targets[TARGETS - 1], 1,
				 strchr(address, ':') == NULL, &bench->server, &bench->proxy),
		0);
}

static void tear_down(struct bench *bench)
{
	engine_free(&bench->engine);
	selftest_proxy_free(&bench->server);
	event_base_free(bench->loop);
}

static void on_done(void *context, const struct host_result *result)
{
	struct bench *bench = context;

	bench->done++;
	bench->count = result->result_count < COUNT_OF(bench->results) ? result->result_count
								       : COUNT_OF(bench->results);
	memcpy(bench->results, result->results, bench->count * sizeof(*bench->results));
	bench->alive = result->alive;
	bench->intercepted = result->intercepted;
	assert_int_equal(strlen(result->transcript), result->transcript_length);
	text_copy(bench->transcript, sizeof(bench->transcript), result->transcript);
	event_base_loopbreak(bench->loop);
}

static void test(struct bench *bench, const struct addr *host, const struct probe_port *ports,
	size_t count, size_t first_target)
{
	const struct test_options options = {.first_target = first_target};
	struct host_events events = {.done = on_done, .context = bench};

	assert_int_equal(
		engine_test(bench->engine, host, ports, count, &options, &events), ERR_NONE);
	unsigned done = bench->done;
	event_base_dispatch(bench->loop);
	assert_int_equal(bench->done, done + 1);
}

/* Other targets are tried as long as the proxy refuses; the last one is its own. */
static void an_open_proxy_is_found_by_the_target_that_it_reaches(void **state)
{
	struct bench bench;

	(void)state;
	set_up_at(&bench, "127.0.0.1", 16);
	struct probe_port port = {.port = bench.proxy.port, .protocol = PROTOCOL_HTTP_CONNECT};
	test(&bench, &bench.proxy.addr, &port, 1, 0);
	assert_int_equal(bench.done, 1);
	assert_int_equal(bench.count, TARGETS);
	assert_int_equal(bench.results[0].verdict, PROBE_REFUSED);
	assert_int_equal(bench.results[TARGETS - 1].verdict, PROBE_OPEN);
	assert_true(bench.results[TARGETS - 1].has_egress);
	assert_true(bench.alive);
	assert_false(bench.intercepted);
	assert_non_null(strstr(bench.transcript, " > CONNECT 127.0.0.1:"));
	assert_non_null(strstr(bench.transcript, " = open\n"));
	/* A second try begins with another target. */
	test(&bench, &bench.proxy.addr, &port, 1, TARGETS - 1);
	assert_int_equal(bench.count, 1);
	assert_int_equal(bench.results[0].verdict, PROBE_OPEN);
	tear_down(&bench);
}

static void ipv6_is_tested_as_ipv4_is(void **state)
{
	struct bench bench;

	(void)state;
	set_up_at(&bench, "::1", 16);
	struct probe_port port = {.port = bench.proxy.port, .protocol = PROTOCOL_HTTP_CONNECT};
	test(&bench, &bench.proxy.addr, &port, 1, TARGETS - 1);
	assert_int_equal(bench.results[0].verdict, PROBE_OPEN);
	assert_int_equal(addr_compare(&bench.results[0].egress, &bench.proxy.addr), 0);
	tear_down(&bench);
}

static void a_closed_port_has_one_result_for_all_its_protocols(void **state)
{
	struct bench bench;
	struct probe_port ports[5];

	(void)state;
	set_up_at(&bench, "127.0.0.1", 1); /* one socket at a time is enough */
	for (size_t i = 0; i < COUNT_OF(ports); i++)
		ports[i] = (struct probe_port){.port = i < 4 ? bench.targets[0].port + 1 : 1,
			.protocol = (enum protocol)i};
	ports[0].port = ports[1].port = ports[2].port = ports[3].port = free_port("127.0.0.1");
	ports[4].port = free_port("127.0.0.1");
	test(&bench, &bench.proxy.addr, ports, COUNT_OF(ports), 0);
	assert_int_equal(bench.count, 2);
	assert_int_equal(bench.results[0].verdict, PROBE_PORT_CLOSED);
	assert_int_equal(bench.results[1].verdict, PROBE_PORT_CLOSED);
	assert_true(bench.alive);
	tear_down(&bench);
}

/* Whatever stands first in the list, each port and protocol is asked, those of the evidence first.
 */
static void evidence_comes_first_and_nothing_is_left_out(void **state)
{
	struct bench bench;
	uint16_t closed = free_port("127.0.0.1");

	(void)state;
	set_up_at(&bench, "127.0.0.1", 1);
	struct probe_port ports[] = {
		{.port = closed, .protocol = PROTOCOL_SOCKS5},
		{.port = bench.proxy.port, .protocol = PROTOCOL_HTTP_GET},
		{.port = bench.proxy.port, .protocol = PROTOCOL_HTTP_CONNECT, .in_evidence = true},
	};
	test(&bench, &bench.proxy.addr, ports, COUNT_OF(ports), TARGETS - 1);
	assert_int_equal(bench.results[0].port.port, bench.proxy.port);
	bool asked_by_get = false;
	for (size_t i = 0; i < bench.count; i++)
		asked_by_get |= bench.results[i].port.protocol == PROTOCOL_HTTP_GET;
	assert_true(asked_by_get);
	tear_down(&bench);
}

static void a_host_that_drops_everything_costs_one_time_out(void **state)
{
	enum { PORTS = 10 };
	struct bench bench;
	struct probe_port ports[PORTS];
	struct target mute[PORTS];
	int fds[PORTS][4];

	(void)state;
	set_up_at(&bench, "127.0.0.1", 64);
	for (int i = 0; i < PORTS; i++) {
		struct sockaddr_storage name;
		socklen_t length = addr_to_sockaddr(&bench.proxy.addr, 0, &name);
		fds[i][0] = socket(AF_INET, SOCK_STREAM, 0);
		assert_int_equal(bind(fds[i][0], (struct sockaddr *)&name, length), 0);
		assert_int_equal(listen(fds[i][0], 0), 0);
		assert_int_equal(selftest_proxy_find_address(fds[i][0], &mute[i]), 0);
		length = addr_to_sockaddr(&mute[i].addr, mute[i].port, &name);
		for (int k = 1; k < 4; k++) {
			fds[i][k] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
			(void)connect(fds[i][k], (struct sockaddr *)&name, length);
		}
		ports[i] = (struct probe_port){.port = mute[i].port, .protocol = PROTOCOL_SOCKS5};
	}
	test(&bench, &bench.proxy.addr, ports, PORTS, 0);
	assert_int_equal(bench.count, PORTS);
	for (int i = 0; i < PORTS; i++) {
		assert_int_equal(bench.results[i].verdict, PROBE_FILTERED);
		/* All were tried at once: none had to wait for another's time-out. */
		assert_true(bench.results[i].began_msecs < 400);
		for (int k = 0; k < 4; k++)
			close(fds[i][k]);
	}
	assert_false(bench.alive);
	tear_down(&bench);
}

static void a_test_that_cannot_be_made_is_refused(void **state)
{
	const struct test_options options = {0};
	struct host_events events = {.done = on_done};
	struct probe_port port = {.port = 1, .protocol = PROTOCOL_SOCKS4};
	struct bench bench;

	(void)state;
	set_up_at(&bench, "::1", 16);
	/* No port; and a protocol that cannot name an IPv6 target. */
	assert_int_equal(engine_test(bench.engine, &bench.proxy.addr, &port, 0, &options, &events),
		ERR_RANGE);
	assert_int_equal(engine_test(bench.engine, &bench.proxy.addr, &port, 1, &options, &events),
		ERR_RANGE);
	tear_down(&bench);
}

static void an_engine_may_end_in_the_middle_of_tests(void **state)
{
	const struct test_options options = {0};
	struct host_events events = {.done = on_done};
	struct bench bench;

	(void)state;
	set_up_at(&bench, "127.0.0.1", 2);
	events.context = &bench;
	struct probe_port ports[] = {
		{.port = bench.proxy.port, .protocol = PROTOCOL_HTTP_CONNECT},
		{.port = bench.proxy.port, .protocol = PROTOCOL_GATEWAY},
		{.port = bench.proxy.port, .protocol = PROTOCOL_SOCKS5},
		{.port = free_port("127.0.0.1"), .protocol = PROTOCOL_SOCKS5},
	};
	for (int rounds = 0; rounds < 6; rounds++) {
		assert_int_equal(engine_test(bench.engine, &bench.proxy.addr, ports,
					 COUNT_OF(ports), &options, &events),
			ERR_NONE);
		event_base_loop(bench.loop, EVLOOP_NONBLOCK);
	}
	assert_int_equal(bench.done, 0);
	tear_down(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_proxy_is_found_by_the_target_that_it_reaches),
		cmocka_unit_test(ipv6_is_tested_as_ipv4_is),
		cmocka_unit_test(a_closed_port_has_one_result_for_all_its_protocols),
		cmocka_unit_test(evidence_comes_first_and_nothing_is_left_out),
		cmocka_unit_test(a_host_that_drops_everything_costs_one_time_out),
		cmocka_unit_test(a_test_that_cannot_be_made_is_refused),
		cmocka_unit_test(an_engine_may_end_in_the_middle_of_tests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
