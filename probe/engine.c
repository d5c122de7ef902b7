/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "probe/internal.h"

void engine_wake(struct engine *engine)
{
	event_active(engine->pump, EV_TIMEOUT, 0);
}

size_t engine_busy(const struct engine *engine)
{
	return engine->test_count;
}

/* Gives the results of the tests that are over. done() may begin others. */
static void give_results(struct engine *engine)
{
	struct test_of_host *test = LIST_FIRST(&engine->tests);
	struct test_of_host *next;

	for (; test != NULL; test = next) {
		next = LIST_NEXT(test, entry);
		if (test->lines_left > 0)
			continue;
		LIST_REMOVE(test, entry);
		engine->test_count--;
		test_give_result(test);
		test_free(&test);
	}
}

static void on_pump(evutil_socket_t fd, short what, void *context)
{
	struct engine *engine = context;
	struct line *line;

	(void)fd;
	(void)what;
	while (engine->sockets < engine->max_sockets &&
		(line = STAILQ_FIRST(&engine->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&engine->queue, queued);
		attempt_begin(line);
	}
	give_results(engine);
}

static struct timeval timeval_of(int msecs)
{
	return (struct timeval){.tv_sec = msecs / 1000, .tv_usec = msecs % 1000 * 1000};
}

static int copy_settings(struct engine *engine, const struct engine_settings *settings)
{
	engine->connect_timeout = timeval_of(settings->connect_timeout_msecs);
	engine->probe_timeout = timeval_of(settings->probe_timeout_msecs);
	engine->max_sockets = settings->max_sockets;
	engine->target_count = settings->target_count;
	engine->targets = calloc(settings->target_count, sizeof(*engine->targets));
	engine->site_url = strdup(settings->site_url);
	if (engine->targets == NULL || engine->site_url == NULL)
		return ERR_MEMORY;
	memcpy(engine->targets, settings->targets,
		settings->target_count * sizeof(*engine->targets));
	return ERR_NONE;
}

/* Whom a suspect's certificate names is of no interest: what it does with our token is. */
static int make_tls(struct engine *engine)
{
	engine->tls = SSL_CTX_new(TLS_client_method());
	if (engine->tls == NULL)
		return ERR_MEMORY;
	SSL_CTX_set_verify(engine->tls, SSL_VERIFY_NONE, NULL);
	/* Old proxies are the ones that stand open. */
	SSL_CTX_set_min_proto_version(engine->tls, 0);
	SSL_CTX_set_security_level(engine->tls, 0);
	return ERR_NONE;
}

int engine_new(struct event_base *loop, const struct engine_settings *settings,
	struct engine **engine_r, struct text *message_r)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int err = ERR_MEMORY;

	*engine_r = NULL;
	if (engine == NULL)
		return ERR_MEMORY;
	engine->loop = loop;
	STAILQ_INIT(&engine->queue);
	LIST_INIT(&engine->tests);
	if (copy_settings(engine, settings) || make_tls(engine))
		goto fail;
	engine->pump = event_new(loop, -1, 0, on_pump, engine);
	if (engine->pump == NULL)
		goto fail;
	err = listener_new(loop, engine->targets, engine->target_count, engine->site_url,
		&engine->listener, message_r);
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
	struct test_of_host *test;

	if (gone == NULL)
		return;
	while ((test = LIST_FIRST(&gone->tests)) != NULL) {
		LIST_REMOVE(test, entry);
		test_free(&test);
	}
	listener_free(&gone->listener);
	if (gone->pump != NULL)
		event_free(gone->pump);
	SSL_CTX_free(gone->tls);
	free(gone->targets);
	free(gone->site_url);
	free(gone);
	*engine = NULL;
}

int engine_test(struct engine *engine, const struct addr *host, const struct probe_port *ports,
	size_t port_count, size_t first_target, const struct host_events *events)
{
	struct test_of_host *test;
	int err = test_new(engine, host, ports, port_count, first_target, events, &test);

	if (err != ERR_NONE)
		return err;
	LIST_INSERT_HEAD(&engine->tests, test, entry);
	engine->test_count++;
	test_begin(test);
	engine_wake(engine);
	return ERR_NONE;
}
