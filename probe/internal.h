/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_INTERNAL_H
#define PROBE_INTERNAL_H

#include <event2/event.h>
#include <openssl/ssl.h>
#include <sys/queue.h>

#include "probe/engine.h"
#include "probe/exchange.h"
#include "probe/listener.h"

/* What engine.c, test.c and attempt.c share; nobody else includes it. */

struct attempt;
struct test_of_host;

/* One protocol at one port, tried with one target after the other. */
struct line {
	STAILQ_ENTRY(line) queued;
	struct test_of_host *test;
	struct probe_port port;
	bool opens_port; /* the first of its port: finds out whether that takes connections */
	size_t targets_tried;
	struct attempt *attempt; /* NULL: none is under way */
};

/* The test of one host. */
struct test_of_host {
	LIST_ENTRY(test_of_host) entry;
	struct engine *engine;
	struct addr host;
	struct host_events events;
	int64_t began_msecs;           /* monotonic */
	const struct target **targets; /* those of use for this host, in order */
	size_t target_count;
	struct line *lines; /* lines of one port stand together */
	size_t line_count;
	size_t lines_left;
	size_t ports, ports_done;
	struct probe_result *results;
	size_t result_count, result_room;
	struct evbuffer *transcript;
	unsigned connections;
	bool alive;
	bool intercepted;
	bool incomplete;
};

struct engine {
	struct event_base *loop;
	struct listener *listener;
	SSL_CTX *tls;
	struct target *targets;
	size_t target_count;
	char *site_url;
	struct timeval connect_timeout;
	struct timeval probe_timeout;
	size_t max_sockets;
	size_t sockets;
	STAILQ_HEAD(, line) queue; /* lines that wait for a socket */
	struct event *pump;        /* starts what waits, and gives results */
	LIST_HEAD(, test_of_host) tests;
	size_t test_count;
};

/* Begins a line's next attempt, on a socket of its own. What comes of it goes to line_finished(),
 * perhaps at once. */
void attempt_begin(struct line *line);

/* Ends one without a result. Takes NULL. */
void attempt_free(struct attempt *attempt);

/* The port of a line takes connections: its other lines may begin. */
void test_port_is_open(struct line *line);

/* What an attempt found. The log is taken over. */
void test_attempt_finished(
	struct line *line, const struct probe_result *result, struct evbuffer *log);

/* All of it at once, or ERR_MEMORY, or ERR_RANGE as engine_test(). */
int test_new(struct engine *engine, const struct addr *host, const struct probe_port *ports,
	size_t port_count, size_t first_target, const struct host_events *events,
	struct test_of_host **test_r);

void test_free(struct test_of_host **test);

/* Queues the first line of each port. */
void test_begin(struct test_of_host *test);

/* Calls done with what was found. */
void test_give_result(struct test_of_host *test);

/* Milliseconds since the test began. */
int64_t test_msecs(const struct test_of_host *test);

/* Lets the loop start what waits. */
void engine_wake(struct engine *engine);

#endif
