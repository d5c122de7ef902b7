/* SPDX-License-Identifier: BSD-2-Clause */
/* The site in force: its configuration, connections and limits, shared by all visits. */
#include "web/site.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "conf/conf.h"
#include "web/databases.h"

/* A log line about the databases a minute. */
#define LOG_SPAN_SECS 60

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of in_force, holders, logged_at */
static struct site *in_force;
static int64_t logged_at;

static void site_free(struct site *site)
{
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
	site->conf = conf;
	site->limits = limits;
	if (databases_new(conf->database, conf->hit_log, &site->databases)) {
		site_free(site);
		return ERR_MEMORY;
	}
	*site_r = site;
	return ERR_NONE;
}

void site_install(struct site *site)
{
	struct site *old;

	pthread_mutex_lock(&lock);
	old = in_force;
	in_force = site;
	if (site != NULL)
		site->holders = 1;
	pthread_mutex_unlock(&lock);
	site_release(&old);
}

struct site *site_hold(void)
{
	struct site *site;

	pthread_mutex_lock(&lock);
	site = in_force;
	if (site != NULL)
		site->holders++;
	pthread_mutex_unlock(&lock);
	return site;
}

void site_release(struct site **site)
{
	struct site *released = *site;
	bool last;

	if (released == NULL)
		return;
	pthread_mutex_lock(&lock);
	last = --released->holders == 0;
	pthread_mutex_unlock(&lock);
	if (last)
		site_free(released);
	*site = NULL;
}

void site_log_failure(const char *message)
{
	int64_t now = clock_now();
	bool due;

	pthread_mutex_lock(&lock);
	due = now - logged_at >= LOG_SPAN_SECS || now < logged_at;
	if (due)
		logged_at = now;
	pthread_mutex_unlock(&lock);
	if (due)
		log_error("%s", message);
}
