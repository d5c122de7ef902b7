/* SPDX-License-Identifier: BSD-2-Clause */
/* What the database and the configuration say of an address before its test. */
#include "probe/eligibility.h"

#include <sys/types.h>

#include <string.h>

#include "base/err.h"
#include "base/reserved.h"
#include "base/text.h"
#include "conf/conf.h"
#include "probe/ports.h"
#include "store/listings.h"
#include "store/lists.h"
#include "store/requests.h"
#include "store/tests.h"

/* How far back tests are looked at. */
#define TESTS_LOOKED_AT 50

static void read_opt_out(
	const struct conf_probe *conf, const struct addr *address, struct eligibility *eligibility)
{
	const struct network *network = network_find(conf->opt_out, conf->opt_out_count, address);

	if (network != NULL)
		network_format(network, eligibility->opted_out);
}

static int read_lists(struct db *db, const struct job *job, struct eligibility *eligibility)
{
	struct lists lists;
	int err = lists_read(db, &lists);

	for (size_t i = 0; err == ERR_NONE && i < lists.count; i++) {
		if (lists.lists[i].id == job->list_id)
			eligibility->for_proxies =
				strcmp(lists.lists[i].name, LIST_OF_PROXIES) == 0;
	}
	return err;
}

static int read_listings(
	struct db *db, const struct job *job, int64_t now, struct eligibility *eligibility)
{
	const struct network network = network_of_addr(&job->address);
	struct listing listings[LISTS_MAX];
	size_t count;
	int err = listings_find_related(db, &network, now, listings, LISTS_MAX, &count);

	/* The widest come first, so the nearest network is the last one seen. */
	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		eligibility->may_be_tested = true;
		if (listings[i].list_id != job->list_id)
			continue;
		if (network_compare(&listings[i].network, &network) == 0)
			eligibility->listed = true;
		else
			network_format(&listings[i].network, eligibility->wider);
	}
	return err;
}

int eligibility_read(struct db *db, const struct conf_probe *conf, const struct job *job,
	int64_t now, struct eligibility *eligibility_r)
{
	bool nominated = false;
	int err;

	*eligibility_r = (struct eligibility){0};
	struct text forbidden = TEXT_OVER(eligibility_r->forbidden);
	if (reserved_addr(&job->address, &conf->hosts, &forbidden))
		text_add(&forbidden, "; probe.allow_private can permit a test");
	read_opt_out(conf, &job->address, eligibility_r);
	err = read_lists(db, job, eligibility_r);
	if (err == ERR_NONE)
		err = read_listings(db, job, now, eligibility_r);
	if (err == ERR_NONE && !eligibility_r->may_be_tested)
		err = requests_is_nominated(db, &job->address, &nominated);
	eligibility_r->may_be_tested |= nominated;
	return err;
}

struct counting {
	const struct job *job;
	struct tries *tries;
	bool only_void; /* no other test of the job was seen yet */
};

static bool is_of_job(const struct test *test, const struct job *job)
{
	switch (job->kind) {
	case JOB_REMOVAL:
	case JOB_NOMINATION:
		return test->request_id == job->id;
	case JOB_WATCH:
		return test->watch_id == job->id;
	case JOB_ORDER:
		break;
	}
	return false;
}

/* The newest first. */
static void count_test(void *context, const struct test *test)
{
	struct counting *counting = context;
	bool is_void = strcmp(test->verdict, host_verdict_name(HOST_VOID)) == 0;

	if (!is_of_job(test, counting->job))
		return;
	counting->only_void = counting->only_void && is_void;
	counting->tries->recent_void += counting->only_void;
	counting->tries->unreachable +=
		strcmp(test->verdict, host_verdict_name(HOST_UNREACHABLE)) == 0;
	counting->tries->inconclusive +=
		strcmp(test->verdict, host_verdict_name(HOST_INCONCLUSIVE)) == 0;
}

int eligibility_read_tries(struct db *db, const struct job *job, struct tries *tries_r)
{
	struct counting counting = {.job = job, .tries = tries_r, .only_void = true};

	*tries_r = (struct tries){0};
	return tests_each_of(db, &job->address, TESTS_LOOKED_AT, count_test, &counting);
}

int eligibility_next_request(struct db *db, const struct job *job, int64_t now, int64_t *at_r)
{
	struct request_record record = {0};
	struct request request;
	int err = requests_get(db, job->id, &request);

	if (err == ERR_NONE)
		err = requests_read_record(
			db, &job->address, job->list_id, &request.filed_from, &record);
	record.denied++;
	record.decided_at = now;
	*at_r = requests_next_allowed(&record);
	return err;
}

struct evidence_reading {
	struct port_list *ports;
	bool was_closed;
};

/* The newest first. */
static void take_test(void *context, const struct test *test)
{
	struct evidence_reading *reading = context;

	reading->was_closed |= strcmp(test->verdict, host_verdict_name(HOST_CLOSED)) == 0;
	if (!reading->was_closed)
		ports_add_evidence(reading->ports, test->open_ports);
}

int eligibility_read_ports(struct db *db, const struct conf_probe *conf, const struct addr *address,
	int64_t now, struct port_list *ports_r)
{
	const struct network network = network_of_addr(address);
	struct evidence_reading reading = {.ports = ports_r};
	struct listing listings[LISTS_MAX];
	size_t count;
	int err = listings_find_related(db, &network, now, listings, LISTS_MAX, &count);

	/* That they fit was seen when the configuration was read. */
	(void)!ports_begin(ports_r, conf->ports, conf->port_count);
	for (size_t i = 0; err == ERR_NONE && i < count; i++)
		ports_add_evidence(ports_r, listings[i].reason);
	if (err == ERR_NONE)
		err = tests_each_of(db, address, TESTS_LOOKED_AT, take_test, &reading);
	return err;
}
