/* SPDX-License-Identifier: BSD-2-Clause */
/* The site in force: its configuration, connections and limits, shared by all visits. */
#include "web/site.h"

#include <stdlib.h>

#include "base/err.h"
#include "conf/conf.h"
#include "daemon/failure_log.h"
#include "web/databases.h"

static struct snapshot_slot in_force;
static struct failure_log failures = FAILURE_LOG_INIT("visitors are asked to try again later");

static void site_free(struct snapshot *snapshot)
{
	struct site *site = (struct site *)snapshot;

	databases_free(&site->databases);
	conf_free(&site->conf);
	free(site);
}

int site_new(struct conf *conf, struct limits *limits, struct site **site_r)
{
	struct site *site = calloc(1, sizeof(*site));

	*site_r = NULL;
	if (site == NULL) {
		conf_free(&conf);
		return ERR_MEMORY;
	}
	site->snapshot.free = site_free;
	site->conf = conf;
	site->limits = limits;
	if (databases_new(conf, &site->databases)) {
		site_free(&site->snapshot);
		return ERR_MEMORY;
	}
	*site_r = site;
	return ERR_NONE;
}

void site_install(struct site *site)
{
	snapshot_install(&in_force, site != NULL ? &site->snapshot : NULL);
}

struct site *site_hold(void)
{
	return (struct site *)snapshot_hold(&in_force);
}

void site_release(struct site **site)
{
	if (*site != NULL)
		snapshot_release(&(*site)->snapshot);
	*site = NULL;
}

void site_log_failure(const char *message)
{
	failure_log_add(&failures, message);
}
