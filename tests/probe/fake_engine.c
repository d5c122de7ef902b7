/* SPDX-License-Identifier: BSD-2-Clause */
/* An engine that answers without a network, for the tests of the worker. */
#include "tests/probe/fake_engine.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "probe/engine.h"

#define HELD_MAX 16

struct pending {
	struct addr host;
	struct probe_result result;
	struct host_events events;
};

struct fake_engine fake_engine;

static struct event_base *base;
static const struct target *known_targets;
static struct pending *held[HELD_MAX];
static size_t held_count;

static void give(struct pending *pending)
{
	struct host_result result = {
		.host = pending->host,
		.results = &pending->result,
		.result_count = 1,
		.alive = pending->result.verdict != PROBE_FILTERED,
		.transcript = "a transcript\n",
		.transcript_length = strlen("a transcript\n"),
	};

	pending->events.done(pending->events.context, &result);
	free(pending);
}

static void on_give(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	give(context);
}

static enum probe_verdict look_at(const struct addr *host, uint16_t port)
{
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(host, port, &name);
	int fd = socket(name.ss_family, SOCK_STREAM, 0);
	bool open = connect(fd, (struct sockaddr *)&name, length) == 0;

	close(fd);
	if (!open)
		return PROBE_PORT_CLOSED;
	return fake_engine.reaches_target ? PROBE_OPEN : PROBE_CANNOT_REACH_TARGET;
}

int engine_test(struct engine *engine, const struct addr *host, const struct probe_port *ports,
	size_t port_count, const struct test_options *options, const struct host_events *events)
{
	struct pending *pending = calloc(1, sizeof(*pending));
	bool self_test = addr_is_ipv4(host) && host->octets[12] == 127;

	(void)engine;
	if (pending == NULL || port_count == 0 || held_count == HELD_MAX) {
		free(pending);
		return ERR_RANGE;
	}
	*pending = (struct pending){.host = *host, .events = *events};
	pending->result.port = ports[0];
	pending->result.target = known_targets[options->first_target];
	pending->result.verdict = self_test ? look_at(host, ports[0].port) : fake_engine.answer;
	if (!self_test) {
		fake_engine.begun++;
		fake_engine.first_target = options->first_target;
		fake_engine.in_evidence = ports[0].in_evidence;
	}
	if (!self_test && fake_engine.holds) {
		held[held_count++] = pending;
		return ERR_NONE;
	}
	return event_base_once(base, -1, EV_TIMEOUT, on_give, pending, NULL);
}

void fake_engine_begin(struct event_base *loop, const struct target *targets)
{
	fake_engine = (struct fake_engine){.reaches_target = true};
	base = loop;
	known_targets = targets;
}

void fake_engine_let_go_on(void)
{
	fake_engine.holds = false;
	while (held_count > 0)
		give(held[--held_count]);
}

void fake_engine_forget(void)
{
	while (held_count > 0)
		free(held[--held_count]);
}
