/* SPDX-License-Identifier: BSD-2-Clause */
/* For monitoring: /metrics in Prometheus' text format, and /healthz. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/counters.h"
#include "store/db.h"
#include "store/hits.h"
#include "store/lists.h"
#include "store/requests.h"
#include "store/tests.h"
#include "web/databases.h"
#include "web/page.h"
#include "web/site.h"
#include "web/template.h"

/* How long the number of listings is kept: counting reads all of them. */
#define LISTINGS_AGE_MSECS 60000
#define HIT_COUNTS_MAX 512

/* Hits by list and action, up to row last_hit. */
struct hit_count {
	char list[LIST_NAME_SIZE];
	char action[16];
	int64_t hits;
};

static struct {
	pthread_mutex_t lock; /* of what follows: one scrape at a time */
	int64_t last_hit;
	struct hit_count hits[HIT_COUNTS_MAX];
	size_t hit_count;
	int64_t listings_until; /* the counts below are good until then, monotonic; 0: unknown */
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

static void write_figure(
	FILE *out, const char *name, const char *type, const char *help, int64_t value)
{
	write_head(out, name, type, help);
	fprintf(out, "%s %lld\n", name, (long long)value);
}

static int write_hits(FILE *out, struct db *hits)
{
	int err = hits_count_after(hits, &figures.last_hit, add_hits, NULL);

	if (err != ERR_NONE) { /* some rows may have been added: count all the next time */
		figures.last_hit = 0;
		figures.hit_count = 0;
	}
	for (size_t i = 0; i < figures.hit_count; i++)
		fprintf(out, "opsmilter_hits_total{list=\"%s\",action=\"%s\"} %lld\n",
			figures.hits[i].list, figures.hits[i].action,
			(long long)figures.hits[i].hits);
	return err;
}

/* A count that failed is not kept: the next scrape tries again. */
static int count_listings(struct db *ops)
{
	int64_t now = clock_monotonic_msecs();
	int err;

	if (now < figures.listings_until)
		return ERR_NONE;
	figures.listings_until = 0;
	err = lists_read(ops, &figures.lists);
	if (err == ERR_NONE)
		err = lists_count_listings(ops, &figures.lists, clock_now(), figures.listings);
	if (err == ERR_NONE)
		figures.listings_until = now + LISTINGS_AGE_MSECS;
	return err;
}

static int write_listings(FILE *out, struct db *ops)
{
	int err = count_listings(ops);

	for (size_t i = 0; i < figures.lists.count; i++)
		fprintf(out, "opsmilter_listings{list=\"%s\"} %lld\n", figures.lists.lists[i].name,
			(long long)figures.listings[i]);
	return err;
}

static void write_request_count(void *context, const char *kind, const char *state, int64_t count)
{
	fprintf(context, "opsmilter_requests{kind=\"%s\",state=\"%s\"} %lld\n", kind, state,
		(long long)count);
}

static int write_requests(FILE *out, struct db *ops)
{
	return requests_count(ops, write_request_count, out);
}

static int write_oldest_request(FILE *out, struct db *ops)
{
	int64_t now = clock_now();
	int64_t oldest;
	int err = requests_oldest_undecided(ops, &oldest);

	write_figure(out, "opsmilter_oldest_open_request_seconds", "gauge",
		"Age of the oldest undecided request; 0: there is none.",
		oldest == CLOCK_NEVER || oldest > now ? 0 : now - oldest);
	return err;
}

static void write_test_count(void *context, const char *verdict, int64_t count)
{
	fprintf(context, "opsmilter_tests_total{verdict=\"%s\"} %lld\n", verdict, (long long)count);
}

static int write_tests(FILE *out, struct db *ops)
{
	return tests_count(ops, write_test_count, out);
}

static int write_self_test(FILE *out, struct db *ops)
{
	struct self_test self_test;
	int err = self_test_read(ops, &self_test);

	write_figure(out, "opsmilter_self_test_passed", "gauge",
		"Whether the prober's latest self-test passed.",
		self_test.at > 0 && self_test.passed);
	write_figure(out, "opsmilter_self_test_timestamp_seconds", "gauge",
		"When the prober's latest self-test was; 0: never.", self_test.at);
	return err;
}

static void write_counter(void *context, const char *name, int64_t value)
{
	const char *total = strstr(name, "_total");

	fprintf(context, "# TYPE opsmilter_filter_%s %s\nopsmilter_filter_%s %lld\n", name,
		total != NULL ? "counter" : "gauge", name, (long long)value);
}

static int write_filter_counters(FILE *out, struct db *hits)
{
	return counters_each(hits, write_counter, out);
}

/* What is counted in which database. A metric that fails is left out; the others are written. */
static const struct metric {
	enum need database;
	int (*write)(FILE *out, struct db *db); /* its samples */
	const char *name;                       /* NULL: it writes its own heads */
	const char *type;
	const char *help;
} metrics[] = {
	{NEED_HITS, write_hits, "opsmilter_hits_total", "counter", "Hits by list and action."},
	{NEED_HITS, write_filter_counters, NULL, NULL, NULL},
	{NEED_OPS, write_listings, "opsmilter_listings", "gauge", "Listings in force by list."},
	{NEED_OPS, write_requests, "opsmilter_requests", "gauge", "Requests by kind and state."},
	{NEED_OPS, write_oldest_request, NULL, NULL, NULL},
	{NEED_OPS, write_tests, "opsmilter_tests_total", "counter", "Tests of hosts by verdict."},
	{NEED_OPS, write_self_test, NULL, NULL, NULL},
};

static void log_failure(const char *what)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);

	text_add_format(&message, "/metrics: %s", what);
	site_log_failure(buffer);
}

static int write_metric(FILE *out, const struct metric *metric, struct db *db)
{
	struct rows samples;
	int err = rows_begin(&samples);

	if (err == ERR_NONE)
		err = metric->write(samples.out, db);
	rows_end(&samples);
	if (err == ERR_NONE && metric->name != NULL)
		write_head(out, metric->name, metric->type, metric->help);
	if (err == ERR_NONE)
		fputs(samples.html, out);
	else
		log_failure(db_error(db));
	free(samples.html);
	return err;
}

/* All metrics of one database. */
static int write_metrics(FILE *out, struct databases *databases, enum need database)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct lent_databases pair;
	int failed = ERR_NONE;
	int err = databases_lend(databases, database, &pair, &message);

	if (err != ERR_NONE) {
		log_failure(buffer);
		return err;
	}
	for (size_t i = 0; i < sizeof(metrics) / sizeof(metrics[0]); i++) {
		if (metrics[i].database != database)
			continue;
		err = write_metric(out, &metrics[i], database == NEED_OPS ? pair.ops : pair.hits);
		failed = err != ERR_NONE ? err : failed;
	}
	databases_give_back(databases, &pair, failed);
	return failed;
}

int page_metrics(const struct visit *visit, struct answer *answer)
{
	struct databases *databases = visit->site->databases;
	int hits_err;
	int ops_err;

	pthread_mutex_lock(&figures.lock);
	hits_err = write_metrics(answer->out, databases, NEED_HITS);
	ops_err = write_metrics(answer->out, databases, NEED_OPS);
	pthread_mutex_unlock(&figures.lock);
	answer->type = "text/plain; version=0.0.4; charset=utf-8";
	write_figure(answer->out, "opsmilter_web_databases_usable", "gauge",
		"Whether the site could read all of the above from both databases just now.",
		hits_err == ERR_NONE && ops_err == ERR_NONE);
	write_figure(answer->out, "opsmilter_web_database_errors_total", "counter",
		"How often a database failed the site since its start.",
		databases_errors(databases));
	return ERR_NONE;
}

/* Adds what is wrong, if anything is. */
static void find_fault(const struct visit *visit, struct text *fault)
{
	static const char hint[] = "; is \"opsprobe --worker\" running?";
	struct databases *databases = visit->site->databases;
	struct lent_databases pair;
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
		text_add_format(fault, "the prober has not tested itself yet%s", hint);
	else if (visit->now - self_test.at > SELF_TEST_FRESH_SECS)
		text_add_format(fault, "the prober's latest self-test is too old%s", hint);
	else if (!self_test.passed)
		text_add_format(fault, "the prober's self-test failed: %s", self_test.why);
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
