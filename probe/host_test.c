/* SPDX-License-Identifier: BSD-2-Clause */
/* The test of a host: its ports, the protocols at those that are open, the targets in turn. */
#include "probe/host_test.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "probe/protocols.h"
#include "probe/slots.h"
#include "probe/transcript.h"
#include "probe/web_server.h"

/* One protocol at one port, tried with one target after the other. */
struct trial {
	struct slot_waiter waiter; /* the first member: start_trial() finds the trial by it */
	struct host_test *test;
	struct probe_port port;
	bool opens_port; /* the first of its port: finds out whether that takes connections */
	bool over;
	size_t targets_tried;
	struct attempt *attempt; /* NULL: none is under way */
};

struct host_test {
	const struct host_test_settings *settings;
	struct addr host;
	struct host_events events;
	struct slot_party party;
	struct event *deadline;
	int64_t began_msecs;           /* monotonic */
	const struct target **targets; /* those of use for this host, in order */
	size_t target_count;
	struct trial *trials; /* trials of one port are neighbours */
	size_t trial_count;
	size_t trials_left;
	size_t ports, ports_done;
	struct probe_result *results;
	size_t result_count, result_room;
	struct evbuffer *transcript;
	unsigned connections;
	bool alive;
	bool intercepted;
	bool incomplete;
	bool expired; /* the time for the test is over */
};

static bool is_of_kind(const struct target *target, bool ipv4, bool unpublished)
{
	return addr_is_ipv4(&target->addr) == ipv4 && target->unpublished == unpublished;
}

/* The targets of one family and kind, behind those that are there, turned by first_target. */
static void add_targets(struct host_test *test, bool ipv4, bool unpublished, size_t first_target)
{
	const struct host_test_settings *settings = test->settings;
	const struct target **added = test->targets + test->target_count;
	size_t count = 0, next = 0;

	for (size_t i = 0; i < settings->target_count; i++)
		count += is_of_kind(&settings->targets[i], ipv4, unpublished);
	for (size_t i = 0; count > 0 && i < settings->target_count; i++)
		if (is_of_kind(&settings->targets[i], ipv4, unpublished))
			added[(next++ + count - first_target % count) % count] =
				&settings->targets[i];
	test->target_count += count;
}

/*
 * The targets of the host's own family: an IPv4 proxy is asked for an IPv6 target only if there is
 * no other. Unpublished ones are named to the host only where they must be, or it would know them.
 */
static int choose_targets(struct host_test *test, const struct test_options *options)
{
	bool ipv4 = addr_is_ipv4(&test->host);

	test->targets = calloc(test->settings->target_count + 1, sizeof(*test->targets));
	if (test->targets == NULL)
		return ERR_MEMORY;
	for (int family = 0; test->target_count == 0 && family < 2; family++, ipv4 = !ipv4) {
		if (options->unpublished_first)
			add_targets(test, ipv4, true, options->first_target);
		add_targets(test, ipv4, false, options->first_target);
	}
	return test->targets[0] != NULL ? ERR_NONE : ERR_RANGE;
}

static void start_trial(struct slot_waiter *waiter);
static void on_deadline(evutil_socket_t fd, short what, void *context);

/* All trials of the port of an entry, one after the other. */
static void lay_out_port(
	struct host_test *test, const struct probe_port *ports, size_t count, size_t index)
{
	bool first = true;

	for (size_t i = 0; i < count; i++) {
		struct trial *trial = &test->trials[test->trial_count];
		if (ports[i].port != ports[index].port ||
			!protocol_can_name(ports[i].protocol, test->targets[0]))
			continue;
		*trial = (struct trial){
			.waiter = {.start = start_trial},
			.test = test,
			.port = ports[i],
			.opens_port = first,
		};
		test->trial_count++;
		test->ports += first;
		first = false;
	}
}

/* Those that the evidence names come first. */
static void lay_out(struct host_test *test, const struct probe_port *ports, size_t count)
{
	bool laid_out[UINT16_MAX + 1] = {false};

	for (int evidence = 1; evidence >= 0; evidence--)
		for (size_t i = 0; i < count; i++)
			if (ports[i].in_evidence == evidence && !laid_out[ports[i].port]) {
				laid_out[ports[i].port] = true;
				lay_out_port(test, ports, count, i);
			}
	test->trials_left = test->trial_count;
}

int host_test_new(const struct host_test_settings *settings, const struct addr *host,
	const struct probe_port *ports, size_t port_count, const struct test_options *options,
	const struct host_events *events, struct host_test **test_r)
{
	struct host_test *test = calloc(1, sizeof(*test));
	int err;

	*test_r = NULL;
	if (test == NULL)
		return ERR_MEMORY;
	test->settings = settings;
	test->host = *host;
	test->events = *events;
	test->began_msecs = clock_monotonic_msecs();
	slots_begin_party(&test->party, options->urgent);
	err = choose_targets(test, options);
	if (err != ERR_NONE)
		goto fail;
	err = ERR_MEMORY;
	test->transcript = evbuffer_new();
	test->trials = calloc(port_count ? port_count : 1, sizeof(*test->trials));
	test->deadline = event_new(settings->attempts.loop, -1, 0, on_deadline, test);
	if (test->transcript == NULL || test->trials == NULL || test->deadline == NULL)
		goto fail;
	lay_out(test, ports, port_count);
	err = test->trial_count ? ERR_NONE : ERR_RANGE;
	if (err != ERR_NONE)
		goto fail;
	*test_r = test;
	return ERR_NONE;
fail:
	host_test_free(&test);
	return err;
}

void host_test_free(struct host_test **test)
{
	struct host_test *gone = *test;

	if (gone == NULL)
		return;
	for (size_t i = 0; gone->trials != NULL && i < gone->trial_count; i++) {
		slots_leave(gone->settings->slots, &gone->trials[i].waiter);
		if (gone->trials[i].attempt != NULL)
			slots_give_back(gone->settings->slots, &gone->party);
		attempt_free(&gone->trials[i].attempt);
	}
	if (gone->transcript != NULL)
		evbuffer_free(gone->transcript);
	if (gone->deadline != NULL)
		event_free(gone->deadline);
	free(gone->targets);
	free(gone->trials);
	free(gone->results);
	free(gone);
	*test = NULL;
}

static void queue_trial(struct trial *trial)
{
	slots_wait(trial->test->settings->slots, &trial->test->party, &trial->waiter);
}

static bool shares_port(const struct trial *trial, const struct trial *other)
{
	return other < trial->test->trials + trial->test->trial_count &&
	       other->test == trial->test && other->port.port == trial->port.port;
}

/* The port of a trial takes connections: its other trials may begin. */
static void on_port_open(void *context)
{
	struct trial *trial = context;

	trial->test->alive = true;
	if (!trial->opens_port)
		return;
	trial->test->ports_done++;
	for (struct trial *other = trial + 1; shares_port(trial, other); other++)
		queue_trial(other);
	trial->opens_port = false;
}

/* A transcript that is nearly full only gets headline and verdict of what follows. */
static void keep_log(struct host_test *test, struct evbuffer *log)
{
	struct evbuffer_ptr end;

	if (evbuffer_get_length(test->transcript) + evbuffer_get_length(log) > TRANSCRIPT_MAX) {
		end = evbuffer_search(log, "\n", 1, NULL);
		if (evbuffer_get_length(test->transcript) + 256 <= TRANSCRIPT_MAX && end.pos >= 0) {
			evbuffer_remove_buffer(log, test->transcript, (size_t)end.pos + 1);
			evbuffer_add_printf(
				test->transcript, "  (omitted: the transcript is full)\n");
		}
	} else {
		evbuffer_add_buffer(test->transcript, log);
	}
	evbuffer_free(log);
}

static void keep_result(struct host_test *test, const struct probe_result *result)
{
	size_t room = test->result_room ? test->result_room * 2 : 64;
	struct probe_result *larger;

	if (test->result_count == test->result_room) {
		larger = realloc(test->results, room * sizeof(*larger));
		if (larger == NULL) {
			test->incomplete = true;
			return;
		}
		test->results = larger;
		test->result_room = room;
	}
	test->results[test->result_count++] = *result;
}

/* Whether another target may bring what this one did not: port rules, and targets out of reach. */
static bool is_worth_another_target(enum probe_verdict verdict)
{
	return verdict == PROBE_REFUSED || verdict == PROBE_CANNOT_REACH_TARGET;
}

/* How many trials end with a trial: it alone, or all of a port that takes no connection. */
static size_t trials_ended(const struct trial *trial)
{
	size_t count = 1;

	if (trial->opens_port)
		while (shares_port(trial, trial + count))
			count++;
	return count;
}

static bool has_next_target(const struct trial *trial)
{
	return trial->targets_tried < trial->test->target_count &&
	       protocol_can_name(trial->port.protocol, trial->test->targets[trial->targets_tried]);
}

static void keep_unanswered(const struct trial *trial)
{
	const struct probe_result result = {
		.port = trial->port,
		.verdict = PROBE_NO_ANSWER,
		.cut_off = true,
		.ended_msecs = clock_monotonic_msecs() - trial->test->began_msecs,
	};

	keep_result(trial->test, &result);
}

/* A trial is over, and with it those that waited for its port. */
static void end_trial(struct trial *trial)
{
	size_t ended = trial->test->expired ? 1 : trials_ended(trial);

	for (size_t i = 0; i < ended; i++)
		trial[i].over = true;
	trial->test->trials_left -= ended;
}

static void on_finished(void *context, const struct probe_result *result, struct evbuffer *log)
{
	struct trial *trial = context;
	struct host_test *test = trial->test;

	trial->attempt = NULL;
	slots_give_back(test->settings->slots, &test->party);
	if (log != NULL)
		keep_log(test, log);
	keep_result(test, result);
	test->alive = test->alive || result->verdict == PROBE_PORT_CLOSED;
	test->intercepted = test->intercepted || result->intercepted;
	trial->targets_tried++;
	if (is_worth_another_target(result->verdict) && has_next_target(trial)) {
		if (!test->expired) {
			queue_trial(trial);
			return;
		}
		keep_unanswered(trial);
	}
	if (trial->opens_port)
		test->ports_done++;
	end_trial(trial);
	if (test->events.progress != NULL)
		test->events.progress(test->events.context, test->ports_done, test->ports, result);
}

static void start_trial(struct slot_waiter *waiter)
{
	struct trial *trial = (struct trial *)waiter;
	struct host_test *test = trial->test;
	const struct attempt_goal goal = {
		.host = test->host,
		.port = trial->port,
		.target = *test->targets[trial->targets_tried],
		.test_began_msecs = test->began_msecs,
		.number = ++test->connections,
	};
	const struct attempt_events events = {
		.port_open = on_port_open,
		.finished = on_finished,
		.context = trial,
	};

	attempt_begin(&test->settings->attempts, &goal, &events, &trial->attempt);
}

/* What is not over by now has not answered, but for what is seen already of those under way. The
 * loop gives the result. */
static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct host_test *test = context;

	(void)fd;
	(void)what;
	if (host_test_is_over(test))
		return;
	test->expired = true;
	for (size_t i = 0; i < test->trial_count; i++) {
		struct trial *trial = &test->trials[i];
		if (trial->over)
			continue;
		if (trial->attempt != NULL) {
			attempt_expire(trial->attempt);
			continue;
		}
		slots_leave(test->settings->slots, &trial->waiter);
		keep_unanswered(trial);
		end_trial(trial);
	}
	evbuffer_add_printf(test->transcript, "the time for the test of this host is over\n");
	slots_wake(test->settings->slots);
}

void host_test_begin(struct host_test *test)
{
	event_add(test->deadline, &test->settings->timeout);
	for (size_t i = 0; i < test->trial_count; i++)
		if (test->trials[i].opens_port)
			queue_trial(&test->trials[i]);
}

bool host_test_is_over(const struct host_test *test)
{
	return test->trials_left == 0;
}

/* What only all probes of a port together show. */
static void recognize_web_servers(struct host_test *test)
{
	for (size_t i = 0; i < test->result_count; i++) {
		struct probe_result *result = &test->results[i];
		if (!web_server_answered(test->results, test->result_count, i))
			continue;
		result->verdict = PROBE_NOT_A_PROXY;
		transcript_conclusion(test->transcript, result, "CONNECT shows a web server");
	}
}

void host_test_give_result(struct host_test *test)
{
	struct host_result result = {
		.host = test->host,
		.results = test->results,
		.result_count = test->result_count,
		.alive = test->alive,
		.intercepted = test->intercepted,
		.incomplete = test->incomplete,
	};

	recognize_web_servers(test);
	evbuffer_add(test->transcript, "", 1);
	result.transcript = (const char *)evbuffer_pullup(test->transcript, -1);
	result.transcript_length = evbuffer_get_length(test->transcript) - 1;
	test->events.done(test->events.context, &result);
}
