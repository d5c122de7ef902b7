/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of a host's probes. The attempts are the test's own, and connect nowhere. */
#include "probe/host_test.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "probe/slots.h"
#include "tests/support/unit.h"

#define ATTEMPTS_MAX 64

/* An attempt under way, as host_test.c began it. */
struct attempt {
	struct attempt_goal goal;
	struct attempt_events events;
	struct attempt **owner;
	bool over;
};

static struct attempt attempts[ATTEMPTS_MAX];
static int begun, freed, expired;
static enum probe_verdict seen_at_expiry;
static struct event_base *loop;
static struct host_test_settings settings;
static struct target targets[3];
static bool with_unpublished;
static struct addr host;
static struct host_test *test;
static struct probe_result results[ATTEMPTS_MAX];
static struct host_result found;
static char transcript[4096];
static int done_calls, progress_calls;
static size_t ports_done, port_total;

void attempt_begin(const struct attempt_settings *attempt_settings, const struct attempt_goal *goal,
	const struct attempt_events *events, struct attempt **attempt_r)
{
	assert_ptr_equal(attempt_settings, &settings.attempts);
	assert_true(begun < ATTEMPTS_MAX);
	attempts[begun] = (struct attempt){.goal = *goal, .events = *events, .owner = attempt_r};
	*attempt_r = &attempts[begun++];
}

void attempt_free(struct attempt **attempt)
{
	freed += *attempt != NULL;
	*attempt = NULL;
}

void attempt_expire(struct attempt *attempt)
{
	struct probe_result result = {.port = attempt->goal.port,
		.target = attempt->goal.target,
		.verdict = seen_at_expiry};

	expired++;
	attempt->over = true;
	attempt->events.finished(attempt->events.context, &result, NULL);
}

static void work(void)
{
	event_base_loop(loop, EVLOOP_NONBLOCK);
}

static void let_open(int number)
{
	attempts[number].events.port_open(attempts[number].events.context);
	work();
}

static void finish(int number, enum probe_verdict verdict)
{
	struct attempt *attempt = &attempts[number];
	struct evbuffer *log = evbuffer_new();
	struct probe_result result = {
		.port = attempt->goal.port, .target = attempt->goal.target, .verdict = verdict};

	evbuffer_add_printf(log, "connection %u\n", attempt->goal.number);
	attempt->over = true;
	attempt->events.finished(attempt->events.context, &result, log);
	work();
}

static void on_progress(void *context, size_t done, size_t ports, const struct probe_result *latest)
{
	(void)context;
	(void)latest;
	ports_done = done;
	port_total = ports;
	progress_calls++;
}

/* The result lasts for the call alone. */
static void on_done(void *context, const struct host_result *result)
{
	(void)context;
	done_calls++;
	found = *result;
	memcpy(results, result->results, result->result_count * sizeof(results[0]));
	assert_true(result->transcript_length < sizeof(transcript));
	memcpy(transcript, result->transcript, result->transcript_length + 1);
}

static void on_idle(void *context)
{
	(void)context;
}

static int set_up(void **state)
{
	(void)state;
	loop = event_base_new();
	seen_at_expiry = PROBE_NO_ANSWER;
	begun = freed = expired = done_calls = progress_calls = 0;
	with_unpublished = false;
	assert_int_equal(addr_parse("198.18.7.9", &host), 0);
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		targets[i].port = (uint16_t)(25 + i);
		assert_int_equal(
			addr_parse(i == 1 ? "2001:db8::25" : "192.0.2.25", &targets[i].addr), 0);
	}
	settings = (struct host_test_settings){.targets = targets,
		.target_count = COUNT_OF(targets),
		.attempts.loop = loop,
		.timeout.tv_sec = 60,
		.slots = slots_new(loop, ATTEMPTS_MAX, on_idle, NULL)};
	return settings.slots == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	host_test_free(&test);
	assert_null(test);
	slots_free(&settings.slots);
	event_base_free(loop);
	return 0;
}

static int make(const struct probe_port *ports, size_t count, size_t first_target)
{
	const struct host_events events = {.progress = on_progress, .done = on_done};

	const struct test_options options = {
		.first_target = first_target, .unpublished_first = with_unpublished};

	return host_test_new(&settings, &host, ports, count, &options, &events, &test);
}

static void begin(const struct probe_port *ports, size_t count, size_t first_target)
{
	assert_int_equal(make(ports, count, first_target), ERR_NONE);
	host_test_begin(test);
	work();
}

static const struct probe_port two_ports[] = {
	{.port = 80, .protocol = PROTOCOL_HTTP_CONNECT},
	{.port = 1080, .protocol = PROTOCOL_SOCKS4},
	{.port = 80, .protocol = PROTOCOL_HTTP_GET},
	{.port = 1080, .protocol = PROTOCOL_SOCKS5, .in_evidence = true},
};

static void ports_of_the_evidence_come_first_and_each_is_tried_once(void **state)
{
	(void)state;
	begin(two_ports, COUNT_OF(two_ports), 0);
	assert_int_equal(begun, 2);
	assert_int_equal(attempts[0].goal.port.port, 1080);
	assert_int_equal(attempts[1].goal.port.port, 80);
}

static void other_protocols_wait_until_the_port_accepts_a_connection(void **state)
{
	(void)state;
	begin(two_ports, COUNT_OF(two_ports), 0);
	let_open(0);
	assert_int_equal(begun, 3);
	assert_int_equal(attempts[2].goal.port.port, 1080);
	finish(1, PROBE_PORT_CLOSED);
	assert_int_equal(begun, 3);
	finish(0, PROBE_NOT_A_PROXY);
	assert_false(host_test_is_over(test));
	finish(2, PROBE_NOT_A_PROXY);
	assert_true(host_test_is_over(test));
	assert_int_equal(port_total, 2);
	assert_int_equal(ports_done, 2);
	assert_int_equal(progress_calls, 3);
}

static void a_port_that_is_closed_has_one_result_for_all_protocols(void **state)
{
	(void)state;
	begin(two_ports, COUNT_OF(two_ports), 0);
	finish(0, PROBE_PORT_CLOSED);
	finish(1, PROBE_FILTERED);
	assert_true(host_test_is_over(test));
	assert_int_equal(done_calls, 0);
	host_test_give_result(test);
	assert_int_equal(done_calls, 1);
	assert_int_equal(found.result_count, 2);
	assert_true(found.alive);
	assert_false(found.incomplete);
	assert_string_equal(transcript, "connection 1\nconnection 2\n");
}

static void silence_is_no_sign_of_life(void **state)
{
	(void)state;
	begin(two_ports, 1, 0);
	finish(0, PROBE_FILTERED);
	host_test_give_result(test);
	assert_false(found.alive);
}

static void a_refusal_is_tried_with_the_next_target_of_the_hosts_family(void **state)
{
	(void)state;
	begin(two_ports, 1, 0);
	let_open(0);
	assert_int_equal(attempts[0].goal.target.port, 25);
	finish(0, PROBE_REFUSED);
	assert_int_equal(begun, 2);
	assert_int_equal(attempts[1].goal.target.port, 27);
	finish(1, PROBE_CANNOT_REACH_TARGET);
	assert_int_equal(begun, 2);
	assert_true(host_test_is_over(test));
}

static void what_is_no_refusal_is_not_tried_again(void **state)
{
	static const enum probe_verdict final[] = {PROBE_OPEN, PROBE_NOT_A_PROXY,
		PROBE_AUTH_REQUIRED, PROBE_NO_ANSWER, PROBE_LIAR, PROBE_LOCAL_ERROR};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(final); i++) {
		begun = 0;
		begin(two_ports, 1, 0);
		let_open(0);
		finish(0, final[i]);
		assert_int_equal(begun, 1);
		assert_true(host_test_is_over(test));
		host_test_free(&test);
	}
}

static void a_second_try_turns_the_order_of_the_targets(void **state)
{
	(void)state;
	begin(two_ports, 1, 1);
	assert_int_equal(attempts[0].goal.target.port, 27);
	let_open(0);
	finish(0, PROBE_REFUSED);
	assert_int_equal(attempts[1].goal.target.port, 25);
}

static void socks4_is_left_out_where_all_targets_are_ipv6(void **state)
{
	static const struct probe_port socks4 = {.port = 1080, .protocol = PROTOCOL_SOCKS4};

	(void)state;
	settings.targets = &targets[1];
	settings.target_count = 1;
	assert_int_equal(make(&socks4, 1, 0), ERR_RANGE);
	assert_null(test);
	begin(two_ports, COUNT_OF(two_ports), 0);
	let_open(0);
	assert_int_equal(begun, 2);
	assert_int_equal(attempts[0].goal.port.protocol, PROTOCOL_SOCKS5);
}

static void without_ports_there_is_no_test(void **state)
{
	(void)state;
	assert_int_equal(make(two_ports, 0, 0), ERR_RANGE);
	assert_null(test);
}

static void an_answer_of_a_web_server_is_told_at_the_end(void **state)
{
	static const struct probe_port ports[] = {
		{.port = 80, .protocol = PROTOCOL_HTTP_CONNECT},
		{.port = 80, .protocol = PROTOCOL_HTTP_GET},
	};

	(void)state;
	begin(ports, COUNT_OF(ports), 0);
	let_open(0);
	finish(0, PROBE_NOT_A_PROXY);
	struct probe_result page = {.port = ports[1], .verdict = PROBE_LIAR, .as_web_server = true};
	attempts[1].events.finished(attempts[1].events.context, &page, NULL);
	host_test_give_result(test);
	assert_int_equal(results[1].verdict, PROBE_NOT_A_PROXY);
	assert_non_null(strstr(transcript, "\nport 80: HTTP GET: not-a-proxy, because "));
}

static void one_that_is_freed_ends_its_attempts_without_a_call(void **state)
{
	(void)state;
	begin(two_ports, COUNT_OF(two_ports), 0);
	host_test_free(&test);
	work();
	assert_int_equal(freed, 2);
	assert_int_equal(done_calls, 0);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void wait_for_deadline(void)
{
	while (!host_test_is_over(test))
		event_base_loop(loop, EVLOOP_ONCE);
	host_test_give_result(test);
}

static void what_has_not_answered_when_the_time_is_over_has_no_answer(void **state)
{
	(void)state;
	settings.timeout = (struct timeval){.tv_usec = 500000};
	begin(two_ports, COUNT_OF(two_ports), 0);
	let_open(0);
	finish(1, PROBE_PORT_CLOSED);
	wait_for_deadline();
	assert_int_equal(found.result_count, 3);
	assert_int_equal(results[0].verdict, PROBE_PORT_CLOSED);
	assert_int_equal(results[1].verdict, PROBE_NO_ANSWER);
	assert_int_equal(results[2].verdict, PROBE_NO_ANSWER);
	assert_int_equal(results[1].port.port, 1080);
	assert_int_equal(expired, 2);
	assert_int_equal(freed, 0);
	assert_non_null(strstr(transcript, "the time for the test of this host is over"));
}

static void what_was_seen_when_the_time_is_over_counts(void **state)
{
	static const struct probe_port port = {.port = 80, .protocol = PROTOCOL_HTTP_CONNECT};

	(void)state;
	settings.timeout = (struct timeval){.tv_usec = 500000};
	seen_at_expiry = PROBE_OPEN_ONE_WAY;
	begin(&port, 1, 0);
	let_open(0);
	wait_for_deadline();
	assert_int_equal(found.result_count, 1);
	assert_int_equal(results[0].verdict, PROBE_OPEN_ONE_WAY);
	host_test_free(&test);
	/* One of the two targets was refused, and the other one not tried. */
	seen_at_expiry = PROBE_REFUSED;
	begin(&port, 1, 0);
	let_open(1);
	wait_for_deadline();
	assert_int_equal(begun, 2);
	assert_int_equal(found.result_count, 2);
	assert_int_equal(results[0].verdict, PROBE_REFUSED);
	assert_int_equal(results[1].verdict, PROBE_NO_ANSWER);
	assert_true(results[1].cut_off);
}

static void a_port_that_was_never_reached_accepted_nothing(void **state)
{
	(void)state;
	settings.timeout = (struct timeval){.tv_usec = 500000};
	slots_free(&settings.slots);
	settings.slots = slots_new(loop, 1, on_idle, NULL);
	begin(two_ports, COUNT_OF(two_ports), 0);
	assert_int_equal(begun, 1);
	wait_for_deadline();
	assert_int_equal(found.result_count, COUNT_OF(two_ports));
	for (size_t i = 1; i < found.result_count; i++) {
		assert_int_equal(results[i].verdict, PROBE_NO_ANSWER);
		assert_false(probe_was_connected(&results[i]));
	}
}

static void only_a_test_that_must_names_the_unpublished_targets(void **state)
{
	static const struct probe_port port = {.port = 80, .protocol = PROTOCOL_HTTP_CONNECT};

	(void)state;
	targets[2].unpublished = true;
	begin(&port, 1, 0);
	assert_int_equal(attempts[0].goal.target.port, 25);
	finish(0, PROBE_REFUSED);
	assert_true(host_test_is_over(test));
	host_test_free(&test);
	with_unpublished = true;
	begin(&port, 1, 0);
	assert_int_equal(attempts[1].goal.target.port, 27);
	finish(1, PROBE_REFUSED);
	assert_int_equal(attempts[2].goal.target.port, 25);
	targets[2].unpublished = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(ports_of_the_evidence_come_first_and_each_is_tried_once),
		WITH_ALL(other_protocols_wait_until_the_port_accepts_a_connection),
		WITH_ALL(a_port_that_is_closed_has_one_result_for_all_protocols),
		WITH_ALL(silence_is_no_sign_of_life),
		WITH_ALL(what_has_not_answered_when_the_time_is_over_has_no_answer),
		WITH_ALL(what_was_seen_when_the_time_is_over_counts),
		WITH_ALL(a_port_that_was_never_reached_accepted_nothing),
		WITH_ALL(only_a_test_that_must_names_the_unpublished_targets),
		WITH_ALL(a_refusal_is_tried_with_the_next_target_of_the_hosts_family),
		WITH_ALL(what_is_no_refusal_is_not_tried_again),
		WITH_ALL(a_second_try_turns_the_order_of_the_targets),
		WITH_ALL(socks4_is_left_out_where_all_targets_are_ipv6),
		WITH_ALL(without_ports_there_is_no_test),
		WITH_ALL(an_answer_of_a_web_server_is_told_at_the_end),
		WITH_ALL(one_that_is_freed_ends_its_attempts_without_a_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
