/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/site.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "web/databases.h"
#include "web/embedded.h"
#include "web/limit.h"
#include "web/router.h"

#define LOOKUP_SPAN_SECS 3600
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

int site_new(struct conf *conf, const struct limits *limits, struct site **site_r)
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

static bool is_trusted(const struct conf *conf, const struct addr *addr)
{
	return network_find(conf->web.trusted_proxies, conf->web.trusted_proxy_count, addr) != NULL;
}

/* Reads the last address of a list with commas, and cuts it off; false when it is none. */
static bool cut_last(char *list, struct addr *addr_r)
{
	char *comma = strrchr(list, ',');
	char *begin = comma != NULL ? comma + 1 : list;
	size_t length;

	begin += strspn(begin, " \t");
	length = strcspn(begin, " \t");
	begin[length] = '\0';
	if (addr_parse(begin, addr_r))
		return false;
	*(comma != NULL ? comma : list) = '\0';
	return true;
}

struct addr site_client(
	const struct conf *conf, const struct addr *connection, const char *forwarded_for)
{
	struct addr client = *connection;
	struct addr before;
	char list[512];

	if (forwarded_for == NULL)
		return client;
	/* Only the end of the list can count. */
	if (strlen(forwarded_for) >= sizeof(list))
		forwarded_for += strlen(forwarded_for) - sizeof(list) + 1;
	text_copy(list, sizeof(list), forwarded_for);
	while (is_trusted(conf, &client) && cut_last(list, &before))
		client = before;
	return client;
}

static void log_failure(const char *message)
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

static bool may_look_up(struct visit *visit, const struct route *route, struct answer *answer)
{
	if (!(route->needs & NEED_ALLOWANCE))
		return true;
	return limit_take(visit->site->limits->lookups, &visit->client, visit->now,
		visit->conf->web.lookups_per_hour, LOOKUP_SPAN_SECS, &answer->retry_at);
}

static void show_database_problem(struct visit *visit, struct answer *answer)
{
	page_problem(visit, answer, 503, "Not available at the moment",
		"The records cannot be read just now. Nothing is lost, and mail is not affected by "
		"this page. Please try again in a few minutes.",
		NULL);
	answer->retry_at = visit->now + 60;
}

/* The page, with the databases that it needs. */
static int show_page(struct visit *visit, const struct route *route, struct answer *answer)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct database_pair pair = {.ops = NULL};
	int err = databases_lend(visit->site->databases, route->needs, &pair, &message);

	if (err != ERR_NONE) {
		log_failure(buffer);
		return err;
	}
	visit->ops = route->needs & NEED_OPS ? pair.ops : NULL;
	visit->hits = route->needs & NEED_HITS ? pair.hits : NULL;
	err = route->show(visit, answer);
	if (err != ERR_NONE) {
		text_add_format(&message, "%s: %s", visit->path, err_text(err));
		log_failure(buffer);
	}
	databases_give_back(visit->site->databases, &pair, err);
	return err;
}

/* Starts an answer anew: what was written so far is thrown away. */
static void begin_answer(struct answer *answer, char **page_r, size_t *length_r)
{
	if (answer->out != NULL)
		fclose(answer->out);
	free(*page_r);
	*page_r = NULL;
	*answer = (struct answer){.status = 200, .out = open_memstream(page_r, length_r)};
}

static void answer_route(
	struct visit *visit, struct answer *answer, char **page_r, size_t *length_r)
{
	const struct route *route = router_find(visit->path, &visit->rest);

	if (route == NULL) {
		page_problem(visit, answer, 404, "There is no such page",
			"Perhaps the link was cut off on its way. You can look an address up here.",
			NULL);
	} else if (visit->too_large) {
		page_problem(visit, answer, 413, "That is too much",
			"A spam copy has at most 1 MB, and any other form at most 16 kB. The "
			"header "
			"of a message and some of its text are enough.",
			NULL);
	} else if (!(route->methods & visit->method)) {
		answer->allow = "GET, HEAD";
		page_problem(visit, answer, 405, "That cannot be done here",
			"This page takes no form. You can look an address up here.", NULL);
	} else if (!may_look_up(visit, route, answer)) {
		page_problem(visit, answer, 429, "Too many look-ups",
			"Your address has used up its look-ups for this hour. Please come back a "
			"little later; the list itself can be used by DNS or as a file instead.",
			NULL);
	} else if (show_page(visit, route, answer)) {
		begin_answer(answer, page_r, length_r);
		if (answer->out != NULL)
			show_database_problem(visit, answer);
	}
}

void site_answer(struct site *site, struct visit *visit, struct answer *answer_r, char **page_r,
	size_t *length_r)
{
	visit->site = site;
	visit->conf = site->conf;
	*page_r = NULL;
	answer_r->out = NULL;
	begin_answer(answer_r, page_r, length_r);
	if (answer_r->out == NULL)
		return;
	answer_route(visit, answer_r, page_r, length_r);
	if (answer_r->out == NULL)
		return;
	if (answer_r->has_frame)
		page_end(visit, answer_r);
	if (fclose(answer_r->out) != 0) {
		free(*page_r);
		*page_r = NULL;
	}
	answer_r->out = NULL;
}
