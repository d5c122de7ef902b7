/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine: the listeners, and the tests of hosts that are under way. */
#include "probe/engine.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/text.h"
#include "probe/host_test.h"
#include "probe/listener.h"
#include "probe/slots.h"

struct running {
	LIST_ENTRY(running) entry;
	struct host_test *test;
};

struct engine {
	struct host_test_settings settings;
	struct target *targets;
	char *site_url;
	LIST_HEAD(, running) tests;
};

/* Gives the results of the tests that are over. done() may begin others. */
static void give_results(void *context)
{
	struct engine *engine = context;
	struct running *next;

	for (struct running *each = LIST_FIRST(&engine->tests); each != NULL; each = next) {
		next = LIST_NEXT(each, entry);
		if (!host_test_is_over(each->test))
			continue;
		LIST_REMOVE(each, entry);
		host_test_give_result(each->test);
		host_test_free(&each->test);
		free(each);
	}
}

static struct timeval timeval_of(int msecs)
{
	return (struct timeval){.tv_sec = msecs / 1000, .tv_usec = msecs % 1000 * 1000};
}

static int copy_settings(struct engine *engine, const struct engine_settings *settings)
{
	engine->targets = calloc(settings->target_count, sizeof(*engine->targets));
	engine->site_url = strdup(settings->site_url);
	if (engine->targets == NULL || engine->site_url == NULL)
		return ERR_MEMORY;
	memcpy(engine->targets, settings->targets,
		settings->target_count * sizeof(*engine->targets));
	engine->settings.targets = engine->targets;
	engine->settings.target_count = settings->target_count;
	engine->settings.attempts.site_url = engine->site_url;
	engine->settings.attempts.connect_timeout = timeval_of(settings->connect_timeout_msecs);
	engine->settings.attempts.probe_timeout = timeval_of(settings->probe_timeout_msecs);
	engine->settings.timeout = timeval_of(settings->test_timeout_msecs);
	return ERR_NONE;
}

/* The name in a suspect's certificate does not matter: what it does with our token does. */
static SSL_CTX *new_tls(void)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

	if (tls == NULL)
		return NULL;
	SSL_CTX_set_verify(tls, SSL_VERIFY_NONE, NULL);
	/* Open proxies are often old. */
	SSL_CTX_set_min_proto_version(tls, 0);
	SSL_CTX_set_security_level(tls, 0);
	return tls;
}

int engine_new(struct event_base *loop, const struct engine_settings *settings,
	struct engine **engine_r, struct text *message_r)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int err = ERR_MEMORY;

	*engine_r = NULL;
	if (engine == NULL)
		return ERR_MEMORY;
	LIST_INIT(&engine->tests);
	engine->settings.attempts.loop = loop;
	engine->settings.attempts.tls = new_tls();
	engine->settings.slots = slots_new(loop, settings->max_sockets, give_results, engine);
	if (engine->settings.attempts.tls == NULL || engine->settings.slots == NULL ||
		copy_settings(engine, settings) != ERR_NONE)
		goto fail;
	err = listener_new(loop, engine->targets, settings->target_count, engine->site_url,
		&engine->settings.attempts.listener, message_r);
	if (err != ERR_NONE)
		goto fail;
	*engine_r = engine;
	return ERR_NONE;
fail:
	engine_free(&engine);
	return err;
}

void engine_free(struct engine **engine)
{
	struct engine *gone = *engine;
	struct running *running;

	if (gone == NULL)
		return;
	while ((running = LIST_FIRST(&gone->tests)) != NULL) {
		LIST_REMOVE(running, entry);
		host_test_free(&running->test);
		free(running);
	}
	listener_free(&gone->settings.attempts.listener);
	slots_free(&gone->settings.slots);
	SSL_CTX_free(gone->settings.attempts.tls);
	free(gone->targets);
	free(gone->site_url);
	free(gone);
	*engine = NULL;
}

int engine_test(struct engine *engine, const struct addr *host, const struct probe_port *ports,
	size_t port_count, const struct test_options *options, const struct host_events *events)
{
	struct running *running = malloc(sizeof(*running));
	int err = ERR_MEMORY;

	if (running == NULL)
		return ERR_MEMORY;
	err = host_test_new(
		&engine->settings, host, ports, port_count, options, events, &running->test);
	if (err != ERR_NONE) {
		free(running);
		return err;
	}
	LIST_INSERT_HEAD(&engine->tests, running, entry);
	host_test_begin(running->test);
	return ERR_NONE;
}
