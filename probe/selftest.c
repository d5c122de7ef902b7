/* SPDX-License-Identifier: BSD-2-Clause */
/* The self-test: our own open proxy must be found open, a closed port closed. */
#include "probe/selftest.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "probe/assessment.h"
#include "probe/engine.h"
#include "probe/prober.h"
#include "probe/selftest_proxy.h"
#include "store/tests.h"

/* Both families have loopback addresses and targets of their own. */
enum { IPV4, IPV6, FAMILY_COUNT };

/* One test among those that make up the self-test. */
struct check {
	struct selftest *selftest;
	const struct target *target; /* that must be reached; NULL: the port must be closed */
};

struct family {
	struct selftest_proxy *proxy;
	struct target open;   /* of the proxy */
	struct target closed; /* of a socket that does not listen, so that nobody else does */
	int closed_socket;    /* -1: none */
};

struct selftest {
	const struct prober *prober;
	struct family families[FAMILY_COUNT];
	struct check *checks;
	size_t check_count;
	size_t pending;
	void (*done)(void *context, const char *why);
	void *context;
	struct text why;
	char why_buffer[SELF_TEST_WHY_SIZE];
};

static int family_of(const struct target *target)
{
	return addr_is_ipv4(&target->addr) ? IPV4 : IPV6;
}

static bool came_through(const struct host_result *result, const struct target *target)
{
	for (size_t i = 0; i < result->result_count; i++) {
		const struct probe_result *probe = &result->results[i];
		if (probe->verdict == PROBE_OPEN && probe->target.port == target->port &&
			addr_compare(&probe->target.addr, &target->addr) == 0)
			return true;
	}
	return false;
}

/* The first fault counts. */
static void note_fault(
	struct selftest *selftest, const struct host_result *result, const struct target *target)
{
	char address[TARGET_TEXT_SIZE];
	const char *found = result->result_count > 0
				    ? probe_verdict_name(result->results[0].verdict)
				    : "nothing";

	if (selftest->why.length > 0)
		return;
	if (target == NULL) {
		text_add_format(&selftest->why, "one of our own closed ports was found %s", found);
		return;
	}
	addr_format(&target->addr, address);
	text_add_format(&selftest->why,
		"the target %s port %u cannot be reached from here: our own open proxy was "
		"found %s; check probe.target, routers and firewalls",
		address, (unsigned)target->port, found);
}

static void finish_one(struct selftest *selftest)
{
	if (--selftest->pending == 0)
		selftest->done(selftest->context, selftest->why.buffer);
}

static void on_done(void *context, const struct host_result *result)
{
	struct check *check = context;
	struct selftest *selftest = check->selftest;
	struct assessment assessment;

	assess_host(result, &assessment);
	bool right = check->target != NULL ? came_through(result, check->target)
					   : assessment.verdict == HOST_CLOSED;
	if (!right)
		note_fault(selftest, result, check->target);
	finish_one(selftest);
}

/* A port that is taken, and that nobody listens at. */
static int hold_closed_port(struct family *family, const struct addr *loopback)
{
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(loopback, 0, &name);

	family->closed_socket = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (family->closed_socket < 0 ||
		bind(family->closed_socket, (struct sockaddr *)&name, length) != 0)
		return ERR_IO;
	return selftest_proxy_find_address(family->closed_socket, &family->closed);
}

static int prepare_family(struct selftest *selftest, int of)
{
	const struct prober *prober = selftest->prober;
	struct family *family = &selftest->families[of];

	if (family->proxy != NULL)
		return ERR_NONE;
	int err = selftest_proxy_new(prober->loop, prober->targets, prober->target_count,
		of == IPV4, &family->proxy, &family->open);
	return err == ERR_NONE ? hold_closed_port(family, &family->open.addr) : err;
}

/* first_target counts the targets of the suspect's own family, those of its kind. */
static int begin_check(struct selftest *selftest, const struct target *target,
	const struct target *suspect, size_t first_target)
{
	struct check *check = &selftest->checks[selftest->check_count++];
	const struct probe_port port = {
		.port = suspect->port, .protocol = PROTOCOL_HTTP_CONNECT, .in_evidence = true};
	const struct test_options options = {
		.first_target = first_target,
		.urgent = true,
		.unpublished_first = target != NULL && target->unpublished,
	};
	const struct host_events events = {.done = on_done, .context = check};

	*check = (struct check){.selftest = selftest, .target = target};
	int err =
		engine_test(selftest->prober->engine, &suspect->addr, &port, 1, &options, &events);
	selftest->pending += err == ERR_NONE;
	return err;
}

static int begin_checks(struct selftest *selftest)
{
	const struct prober *prober = selftest->prober;
	size_t of_family[FAMILY_COUNT][2] = {{0}};
	int err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < prober->target_count; i++) {
		const struct target *target = &prober->targets[i];
		int of = family_of(target);
		err = prepare_family(selftest, of);
		if (err == ERR_NONE)
			err = begin_check(selftest, target, &selftest->families[of].open,
				of_family[of][target->unpublished]++);
		if (err == ERR_NONE && of_family[of][0] + of_family[of][1] == 1)
			err = begin_check(selftest, NULL, &selftest->families[of].closed, 0);
	}
	return err;
}

int selftest_begin(const struct prober *prober, void (*done)(void *context, const char *why),
	void *context, struct selftest **selftest_r)
{
	struct selftest *selftest = calloc(1, sizeof(*selftest));

	*selftest_r = NULL;
	if (selftest == NULL)
		return ERR_MEMORY;
	*selftest = (struct selftest){.prober = prober, .done = done, .context = context};
	selftest->why = TEXT_OVER(selftest->why_buffer);
	for (int i = 0; i < FAMILY_COUNT; i++)
		selftest->families[i].closed_socket = -1;
	selftest->checks = calloc(prober->target_count + FAMILY_COUNT, sizeof(*selftest->checks));
	int err = selftest->checks == NULL ? ERR_MEMORY : begin_checks(selftest);
	if (err != ERR_NONE && selftest->pending == 0) {
		selftest_free(&selftest);
		return err;
	}
	/* Those that were begun will end, and then tell of the one that was not. */
	if (err != ERR_NONE)
		text_add(&selftest->why, err_text(err));
	*selftest_r = selftest;
	return ERR_NONE;
}

void selftest_free(struct selftest **selftest)
{
	struct selftest *gone = *selftest;

	if (gone == NULL)
		return;
	for (int i = 0; i < FAMILY_COUNT; i++) {
		selftest_proxy_free(&gone->families[i].proxy);
		if (gone->families[i].closed_socket >= 0)
			close(gone->families[i].closed_socket);
	}
	free(gone->checks);
	free(gone);
	*selftest = NULL;
}
