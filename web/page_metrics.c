/* SPDX-License-Identifier: BSD-2-Clause */
/* For machines that watch: /metrics in Prometheus' text format, /healthz. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/counters.h"
#include "store/hits.h"
#include "store/lists.h"
#include "store/requests.h"
#include "store/tests.h"
#include "web/databases.h"
#include "web/page.h"
#include "web/site.h"

/* How long figures that cost reading all listings are kept. */
#define LISTINGS_AGE_SECS 60
#define HIT_COUNTS_MAX 512

/* Hits by list and action, counted on from row to row. */
struct hit_count {
	char list[LIST_NAME_SIZE];
	char action[16];
	int64_t hits;
};

static struct {
	pthread_mutex_t lock; /* of what follows */
	int64_t last_hit;
	struct hit_count hits[HIT_COUNTS_MAX];
	size_t hit_count;
	int64_t listings_at;
	struct lists lists;
	int64_t listings[LISTS_MAX];
} figures = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void add_hits(void *context, const char *list, const char *action, int64_t hits)
{
	struct hit_count *count;

	(void)context;
	for (size_t i = 0; i < figures.hit_count; i++) {
		count = &figures.hits[i];
		if (strcmp(count->list, list) == 0 && strcmp(count->action, action) == 0) {
			count->hits += hits;
			return;
		}
	}
	if (figures.hit_count == HIT_COUNTS_MAX)
		return;
	count = &figures.hits[figures.hit_count++];
	text_copy(count->list, sizeof(count->list), list);
	text_copy(count->action, sizeof(count->action), action);
	count->hits = hits;
}

static void write_head(FILE *out, const char *name, const char *type, const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static int write_hits(FILE *out, struct db *hits)
{
	int err = hits_count_after(hits, &figures.last_hit, add_hits, NULL);

	if (err != ERR_NONE)
		return err;
	write_head(out, "opsmilter_hits_total", "counter", "Hits by list and action.");
	for (size_t i = 0; i < figures.hit_count; i++)
		fprintf(out, "opsmilter_hits_total{list=\"%s\",action=\"%s\"} %lld\n",
			figures.hits[i].list, figures.hits[i].action,
			(long long)figures.hits[i].hits);
	return ERR_NONE;
}

static int write_listings(FILE *out, struct db *ops)
{
	int64_t now = clock_now();
	int err = ERR_NONE;

	if (figures.lists.count == 0 || now - figures.listings_at >= LISTINGS_AGE_SECS ||
		now < figures.listings_at) {
		err = lists_read(ops, &figures.lists);
		if (err == ERR_NONE)
			err = lists_count_listings(ops, &figures.lists, now, figures.listings);
		figures.listings_at = now;
	}
	if (err != ERR_NONE)
		return err;
	write_head(out, "opsmilter_listings", "gauge", "Listings in force by list.");
	for (size_t i = 0; i < figures.lists.count; i++)
		fprintf(out, "opsmilter_listings{list=\"%s\"} %lld\n", figures.lists.lists[i].name,
			(long long)figures.listings[i]);
	return ERR_NONE;
}

static void write_request_count(void *context, const char *kind, const char *state, int64_t count)
{
	fprintf(context, "opsmilter_requests{kind=\"%s\",state=\"%s\"} %lld\n", kind, state,
		(long long)count);
}

static void write_test_count(void *context, const char *verdict, int64_t count)
{
	fprintf(context, "opsmilter_tests_total{verdict=\"%s\"} %lld\n", verdict, (long long)count);
}

static int write_requests(FILE *out, struct db *ops)
{
	int64_t now = clock_now();
	int64_t oldest;
	int err = requests_oldest_undecided(ops, &oldest);

	if (err != ERR_NONE)
		return err;
	write_head(out, "opsmilter_requests", "gauge", "Requests by kind and state.");
	err = requests_count(ops, write_request_count, out);
	if (err != ERR_NONE)
		return err;
	write_head(out, "opsmilter_oldest_open_request_seconds", "gauge",
		"Age of the oldest request that nobody has decided; 0: there is none.");
	fprintf(out, "opsmilter_oldest_open_request_seconds %lld\n",
		oldest == CLOCK_NEVER || oldest > now ? 0 : (long long)(now - oldest));
	write_head(out, "opsmilter_tests_total", "counter", "Tests of hosts by verdict.");
	return tests_count(ops, write_test_count, out);
}

static int write_self_test(FILE *out, struct db *ops)
{
	struct self_test self_test;
	int err = self_test_read(ops, &self_test);

	if (err != ERR_NONE)
		return err;
	write_head(out, "opsmilter_self_test_passed", "gauge",
		"Whether the prober's latest test of itself passed.");
	fprintf(out, "opsmilter_self_test_passed %d\n", self_test.at > 0 && self_test.passed);
	write_head(out, "opsmilter_self_test_timestamp_seconds", "gauge",
		"When the prober last tested itself; 0: never.");
	fprintf(out, "opsmilter_self_test_timestamp_seconds %lld\n", (long long)self_test.at);
	return ERR_NONE;
}

static void write_counter(void *context, const char *name, int64_t value)
{
	const char *total = strstr(name, "_total");

	fprintf(context, "# TYPE opsmilter_filter_%s %s\nopsmilter_filter_%s %lld\n", name,
		total != NULL ? "counter" : "gauge", name, (long long)value);
}

static int write_figures(FILE *out, const struct database_pair *pair)
{
	int err;

	pthread_mutex_lock(&figures.lock);
	err = write_hits(out, pair->hits);
	if (err == ERR_NONE)
		err = write_listings(out, pair->ops);
	pthread_mutex_unlock(&figures.lock);
	if (err == ERR_NONE)
		err = write_requests(out, pair->ops);
	if (err == ERR_NONE)
		err = write_self_test(out, pair->ops);
	if (err == ERR_NONE)
		err = counters_each(pair->hits, write_counter, out);
	return err;
}

/* What can be told is told also while a database cannot be used. */
int page_metrics(const struct visit *visit, struct answer *answer)
{
	struct databases *databases = visit->site->databases;
	struct database_pair pair;
	int err = databases_lend(databases, NEED_OPS | NEED_HITS, &pair, NULL);

	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	if (err == ERR_NONE) {
		err = write_figures(answer->out, &pair);
		databases_give_back(databases, &pair, err);
	}
	write_head(answer->out, "opsmilter_web_databases_usable", "gauge",
		"Whether the site could read both databases just now.");
	fprintf(answer->out, "opsmilter_web_databases_usable %d\n", err == ERR_NONE);
	write_head(answer->out, "opsmilter_web_database_errors_total", "counter",
		"How often a database failed the site since its start.");
	fprintf(answer->out, "opsmilter_web_database_errors_total %lld\n",
		(long long)databases_errors(databases));
	return ERR_NONE;
}

/* What is wrong, or nothing. */
static void find_fault(const struct visit *visit, struct text *fault)
{
	struct databases *databases = visit->site->databases;
	struct database_pair pair;
	struct self_test self_test;
	int err = databases_lend(databases, NEED_OPS | NEED_HITS, &pair, NULL);

	if (err != ERR_NONE) {
		text_add_format(fault, "a database cannot be used: %s", err_text(err));
		return;
	}
	err = self_test_read(pair.ops, &self_test);
	if (err != ERR_NONE)
		text_add(fault, err_text(err));
	else if (self_test.at == 0)
		text_add(fault,
			"the prober has not tested itself yet; is \"opsprobe --worker\" up?");
	else if (visit->now - self_test.at > SELF_TEST_FRESH_SECS)
		text_add(fault,
			"the prober's latest test of itself is old; is \"opsprobe --worker\" up?");
	else if (!self_test.passed)
		text_add_format(fault, "the prober's test of itself failed: %s", self_test.why);
	databases_give_back(databases, &pair, err);
}

int page_healthz(const struct visit *visit, struct answer *answer)
{
	char buffer[512];
	struct text fault = TEXT_OVER(buffer);

	find_fault(visit, &fault);
	answer->type = "text/plain; charset=utf-8";
	answer->status = buffer[0] ? 503 : 200;
	fprintf(answer->out, "%s\n", buffer[0] ? buffer : "ok");
	return ERR_NONE;
}
