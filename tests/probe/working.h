/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_PROBE_WORKING_H
#define TESTS_PROBE_WORKING_H

/* A worker over a scratch database, with the fake engine and a clock that a test moves. */

#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "probe/prober.h"
#include "probe/worker.h"
#include "store/requests.h"
#include "tests/probe/fake_engine.h"
#include "tests/store/admin_db.h"

#define SUSPECT "198.18.7.9"
#define HOUR 3600
#define PATIENCE_MSECS 5000

static struct event_base *loop;
static struct prober made_up_prober;
static struct worker *worker;
static struct target targets[2];
static char conf_path[128];
static int64_t now;

static inline int64_t fake_now(void)
{
	return now;
}

static inline void write_conf(const char *probe)
{
	FILE *file = fopen(conf_path, "w");

	assert_non_null(file);
	fprintf(file,
		"database = \"%s\"\nsite_url = \"https://ops.example.org\"\n"
		"probe { hosts_per_minute = 100000\n%s }\n",
		ops.path, probe);
	fclose(file);
}

static inline void start_worker(void)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf;

	made_up_prober = (struct prober){.loop = loop, .targets = targets, .target_count = 2};
	if (conf_read(conf_path, &conf, &message) != ERR_NONE)
		fail_msg("%s", buffer);
	assert_int_equal(worker_new(&made_up_prober, conf_path, conf, &worker), ERR_NONE);
}

static inline int open_all(void **state)
{
	if (open_admin(state) != 0)
		return -1;
	now = NOW;
	clock_replace(fake_now);
	loop = event_base_new();
	fake_engine_begin(loop, targets);
	for (int i = 0; i < 2; i++) {
		targets[i].port = (uint16_t)(2525 + i);
		(void)!addr_parse("192.0.2.25", &targets[i].addr);
	}
	snprintf(conf_path, sizeof(conf_path), "%s/opsmilter.conf", ops.folder);
	write_conf("");
	return 0;
}

static inline int close_all(void **state)
{
	char path[160];

	worker_free(&worker);
	fake_engine_forget();
	event_base_free(loop);
	clock_replace(NULL);
	unlink(conf_path);
	snprintf(path, sizeof(path), "%s-opsprobe", ops.path);
	unlink(path);
	return close_admin(state);
}

static inline int64_t number(const char *sql)
{
	return scratch_db_int(&ops, sql);
}

static inline void turn(int msecs)
{
	event_base_loopexit(loop, &(struct timeval){.tv_usec = msecs * 1000});
	event_base_dispatch(loop);
}

/* Lets the worker work until a query gives a number. */
static inline void work_until(const char *sql, int64_t wanted)
{
	int64_t end = clock_monotonic_msecs() + PATIENCE_MSECS;

	while (number(sql) != wanted) {
		if (clock_monotonic_msecs() > end)
			fail_msg("%s: still %ld", sql, (long)number(sql));
		turn(20);
	}
}

static inline void work_until_begun(int wanted)
{
	int64_t end = clock_monotonic_msecs() + PATIENCE_MSECS;

	while (fake_engine.begun < wanted && clock_monotonic_msecs() < end)
		turn(20);
	assert_int_equal(fake_engine.begun, wanted);
}

static inline int64_t file_of(enum request_kind kind, const char *address)
{
	struct request request = {
		.kind = kind,
		.state = REQUEST_OPEN,
		.address = a_network(address).addr,
		.list_id = 1,
		.requested_at = now,
		.next_test_at = now,
		.filed_by = "visitor",
	};
	struct evidence spam = {.at = now, .who = "visitor", .kind = "spam", .source = "form"};

	evidence_set_body(&spam, "spam", 4);
	assert_int_equal(requests_file(admin, &request, kind == REQUEST_NOMINATION ? &spam : NULL),
		ERR_NONE);
	return request.id;
}

static inline void list(const char *network)
{
	scratch_db_list(&ops, 1, network, now - HOUR, 0);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

#endif
