/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop, the engine and the targets, as the configuration has them. */
#include "probe/prober.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "daemon/daemon.h"
#include "probe/engine.h"
#include "probe/ports.h"

/* Beside the sockets of probes: those that call our listener, databases and logs. */
#define OTHER_FILES 1200

int prober_check(const struct conf *conf, struct text *message_r)
{
	struct port_list *list = malloc(sizeof(*list));
	int err = ERR_MEMORY;

	if (list != NULL)
		err = ports_begin(list, conf->probe.ports, conf->probe.port_count);
	free(list);
	if (err != ERR_NONE)
		text_add_format(message_r,
			"probe.ports: at most %d pairs of port and protocol can "
			"be tested",
			PORTS_MAX);
	return err;
}

static int add_targets(struct prober *prober, char *const *names, size_t count, bool unpublished)
{
	int err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		struct target *target = &prober->targets[prober->target_count++];
		target->unpublished = unpublished;
		err = addr_parse_endpoint(names[i], &target->addr, &target->port);
	}
	return err;
}

static int parse_targets(const struct conf_probe *conf, struct prober *prober)
{
	prober->targets =
		calloc(conf->target_count + conf->watch_target_count, sizeof(*prober->targets));
	if (prober->targets == NULL)
		return ERR_MEMORY;
	int err = add_targets(prober, conf->target, conf->target_count, false);
	return err == ERR_NONE
		       ? add_targets(prober, conf->watch_target, conf->watch_target_count, true)
		       : err;
}

int prober_open(const struct conf *conf, struct prober *prober_r, struct text *message_r)
{
	struct engine_settings settings = {
		.site_url = conf->site_url,
		.connect_timeout_msecs = (int)conf->probe.connect_timeout_secs * 1000,
		.probe_timeout_msecs = (int)conf->probe.probe_timeout_secs * 1000,
		.test_timeout_msecs = (int)conf->probe.test_timeout_secs * 1000,
		.max_sockets = (size_t)conf->probe.max_sockets,
	};
	int err;

	*prober_r = (struct prober){0};
	daemon_raise_open_files(conf->probe.max_sockets + OTHER_FILES);
	err = parse_targets(&conf->probe, prober_r);
	settings.targets = prober_r->targets;
	settings.target_count = prober_r->target_count;
	if (err == ERR_NONE && (prober_r->loop = event_base_new()) == NULL)
		err = ERR_MEMORY;
	if (err == ERR_NONE)
		err = engine_new(prober_r->loop, &settings, &prober_r->engine, message_r);
	if (err == ERR_NONE)
		return ERR_NONE;
	if (message_r->length == 0)
		text_add(message_r, err_text(err));
	prober_free(prober_r);
	return err;
}

void prober_free_engine(struct prober *prober)
{
	engine_free(&prober->engine);
}

void prober_free(struct prober *prober)
{
	prober_free_engine(prober);
	if (prober->loop != NULL)
		event_base_free(prober->loop);
	prober->loop = NULL;
	free(prober->targets);
	prober->targets = NULL;
}
