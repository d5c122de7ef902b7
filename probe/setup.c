/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop, the engine and the targets, as the configuration has them. */
#include "probe/setup.h"

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

int setup_check(const struct conf *conf, struct text *message_r)
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

static int parse_targets(const struct conf_probe *conf, struct setup *setup)
{
	int err = ERR_NONE;

	setup->targets = calloc(conf->target_count, sizeof(*setup->targets));
	if (setup->targets == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; err == ERR_NONE && i < conf->target_count; i++, setup->target_count++)
		err = addr_parse_endpoint(
			conf->target[i], &setup->targets[i].addr, &setup->targets[i].port);
	return err;
}

int setup_open(const struct conf *conf, struct setup *setup_r, struct text *message_r)
{
	struct engine_settings settings = {
		.site_url = conf->site_url,
		.connect_timeout_msecs = (int)conf->probe.connect_timeout_secs * 1000,
		.probe_timeout_msecs = (int)conf->probe.probe_timeout_secs * 1000,
		.max_sockets = (size_t)conf->probe.max_sockets,
	};
	int err;

	*setup_r = (struct setup){0};
	daemon_raise_open_files(conf->probe.max_sockets + OTHER_FILES);
	err = parse_targets(&conf->probe, setup_r);
	settings.targets = setup_r->targets;
	settings.target_count = setup_r->target_count;
	if (err == ERR_NONE && (setup_r->loop = event_base_new()) == NULL)
		err = ERR_MEMORY;
	if (err == ERR_NONE)
		err = engine_new(setup_r->loop, &settings, &setup_r->engine, message_r);
	if (err == ERR_NONE)
		return ERR_NONE;
	if (message_r->length == 0)
		text_add(message_r, err_text(err));
	setup_free(setup_r);
	return err;
}

void setup_free_engine(struct setup *setup)
{
	engine_free(&setup->engine);
}

void setup_free(struct setup *setup)
{
	setup_free_engine(setup);
	if (setup->loop != NULL)
		event_base_free(setup->loop);
	setup->loop = NULL;
	free(setup->targets);
	setup->targets = NULL;
}
