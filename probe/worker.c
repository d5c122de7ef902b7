/* SPDX-License-Identifier: BSD-2-Clause */
/* The worker: processes what is due, and tests itself. */
#include "probe/worker.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "daemon/failure_log.h"
#include "daemon/reload.h"
#include "probe/intake.h"
#include "probe/job_test.h"
#include "probe/prober.h"
#include "probe/selftest.h"
#include "store/db.h"
#include "store/jobs.h"
#include "store/migrate.h"

/* How often the database is asked what is due; the answer takes microseconds. */
#define POLL_MSECS 250

/* While the worker waits for another program's lock, tests wait too: so not for long, and hardly at
 * all while the database fails. */
#define WAIT_MSECS 1000
#define WAIT_IN_TROUBLE_MSECS 50

/* Jobs that are read at once. */
#define JOBS_AT_ONCE 256

/* How long jobs wait for their neighbours, if they would hide all others. */
#define CROWDED_WAIT_SECS 60

/* How long the database must work again before that is logged. */
#define RECOVERY_MSECS 2000

#define SELF_TEST_SECS 3600
#define SELF_TEST_RETRY_SECS 300

struct worker {
	struct runner runner;
	const struct prober *prober;
	const char *conf_path;
	struct event *poll;
	struct event *self_test_due;
	struct selftest *selftest;  /* NULL: none is under way */
	struct self_test self_test; /* the latest; at 0: there was none */
	bool self_test_unwritten;
	bool forgot_begun;
	size_t damaged; /* rows that were logged */
	bool in_trouble;
	int64_t failed_msecs;
	struct failure_log failures;
	struct intake intake;
	struct job jobs[JOBS_AT_ONCE];
};

/* Logs that the database failed, and closes it. */
static void note_failure(struct worker *worker, const char *why)
{
	failure_log_add(&worker->failures, why);
	db_close(&worker->runner.db);
	worker->in_trouble = true;
	worker->failed_msecs = clock_monotonic_msecs();
}

/* Opens the database file that is at the path now. */
static int open_database(struct worker *worker, struct text *message_r)
{
	struct db_options options = {
		.kind = DB_OPS,
		.role = ROLE_PROBER,
		.writable = true,
		.wait_msecs = worker->in_trouble ? WAIT_IN_TROUBLE_MSECS : WAIT_MSECS,
	};
	struct runner *runner = &worker->runner;

	if (runner->db != NULL && db_is_stale(runner->db, POLL_MSECS))
		db_close(&runner->db);
	if (runner->db != NULL)
		return ERR_NONE;
	return store_open(runner->conf->database, &options, &runner->db, message_r);
}

/* What the database refuses of the worker's own affairs is logged, and holds up no job. */
static int pass_over(struct worker *worker, int err, const char *what)
{
	char buffer[512];
	struct text why = TEXT_OVER(buffer);

	if (err != ERR_REFUSED)
		return err;
	db_explain(worker->runner.db, err, &why);
	log_error("%s: %s", what, buffer);
	return ERR_NONE;
}

/* What is known and not written yet. */
static int write_all(struct worker *worker)
{
	struct db *db = worker->runner.db;
	int err = ERR_NONE;

	if (!worker->forgot_begun)
		err = pass_over(worker, jobs_forget_begun(db),
			"jobs that an earlier worker began are still shown as under test");
	worker->forgot_begun |= err == ERR_NONE;
	if (err == ERR_NONE && worker->self_test_unwritten)
		err = pass_over(worker, self_test_write(db, &worker->self_test),
			"the result of the self-test cannot be stored");
	worker->self_test_unwritten &= err != ERR_NONE;
	return err == ERR_NONE ? job_tests_write_ended(&worker->runner) : err;
}

static void log_damaged(struct worker *worker, size_t damaged)
{
	if (damaged > worker->damaged)
		log_error("%s: %zu due %s no valid address and cannot be tested",
			db_path(worker->runner.db), damaged,
			damaged == 1 ? "job has" : "jobs have");
	worker->damaged = damaged;
}

/* Many neighbours that wait for one another must not hide the jobs behind them. */
static bool makes_way(const struct worker *worker, const struct job *job)
{
	return worker->runner.void_why[0] == '\0' && job->kind != JOB_ORDER &&
	       !job_test_is_aside(&worker->runner, job);
}

static int begin_due(struct worker *worker)
{
	struct runner *runner = &worker->runner;
	int64_t due_at;
	size_t count, damaged;
	int err = jobs_next_at(runner->db, &due_at);

	if (err != ERR_NONE || due_at > clock_now())
		return err;
	err = jobs_due(runner->db, clock_now(), worker->jobs, JOBS_AT_ONCE, &count, &damaged);
	if (err == ERR_NONE)
		log_damaged(worker, damaged);
	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		const struct job *job = &worker->jobs[i];
		bool urgent = job->kind == JOB_REMOVAL || job->kind == JOB_ORDER;
		if (!schedule_has_room(&runner->schedule, urgent, clock_monotonic_msecs()))
			break;
		if (job_test_may_begin(runner, job))
			err = job_test_begin(runner, job);
		else if (count == JOBS_AT_ONCE && makes_way(worker, job))
			err = job_test_postpone(runner, job, CROWDED_WAIT_SECS);
	}
	return err;
}

/* Sooner than usual where only the rate keeps the next test waiting. */
static void poll_again(struct worker *worker)
{
	int64_t wait_msecs = worker->runner.schedule.next_msecs - clock_monotonic_msecs() + 1;

	if (wait_msecs < 1 || wait_msecs > POLL_MSECS)
		wait_msecs = POLL_MSECS;
	event_add(worker->poll, &(struct timeval){.tv_usec = (suseconds_t)(wait_msecs * 1000)});
}

/* A full disk takes some writes and not others: one that succeeded does not mean much yet. */
static void say_that_it_works(struct worker *worker)
{
	if (!worker->in_trouble || clock_monotonic_msecs() - worker->failed_msecs < RECOVERY_MSECS)
		return;
	log_info("%s can be used again", db_path(worker->runner.db));
	db_set_wait(worker->runner.db, WAIT_MSECS);
	worker->in_trouble = false;
}

static int work(struct worker *worker, struct text *message_r)
{
	int err = open_database(worker, message_r);

	if (err != ERR_NONE)
		return err;
	err = write_all(worker);
	if (err == ERR_NONE)
		err = intake_run(&worker->intake, worker->runner.conf, worker->runner.db);
	if (err == ERR_NONE && worker->self_test.at != 0)
		err = begin_due(worker);
	return db_explain(worker->runner.db, err, message_r);
}

static void on_poll(evutil_socket_t fd, short what, void *context)
{
	struct worker *worker = context;
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	(void)fd;
	(void)what;
	if (work(worker, &message) == ERR_NONE)
		say_that_it_works(worker);
	else
		note_failure(worker, buffer);
	poll_again(worker);
}

static void on_test_ended(void *context)
{
	struct worker *worker = context;

	event_active(worker->poll, EV_TIMEOUT, 0);
}

/* The first result, and each that differs from the one before, is news; so is every failure. */
static void log_self_test(const struct worker *worker, const char *why)
{
	bool news = worker->self_test.at == 0 || !worker->self_test.passed;

	if (why[0] != '\0')
		log_error("self-test: %s; no verdict counts until it passes", why);
	else if (news)
		log_info("self-test: an open proxy was found open, a closed port closed");
}

static void on_self_test_done(void *context, const char *why)
{
	struct worker *worker = context;
	bool passed = why[0] == '\0';

	log_self_test(worker, why);
	worker->self_test = (struct self_test){.at = clock_now(), .passed = passed};
	text_copy(worker->self_test.why, sizeof(worker->self_test.why), why);
	worker->self_test_unwritten = true;
	text_copy(worker->runner.void_why, sizeof(worker->runner.void_why), why);
	selftest_free(&worker->selftest);
	event_add(worker->self_test_due,
		&(struct timeval){.tv_sec = passed ? SELF_TEST_SECS : SELF_TEST_RETRY_SECS});
	event_active(worker->poll, EV_TIMEOUT, 0);
}

static void on_self_test_due(evutil_socket_t fd, short what, void *context)
{
	struct worker *worker = context;

	(void)fd;
	(void)what;
	int err = selftest_begin(worker->prober, on_self_test_done, worker, &worker->selftest);
	if (err != ERR_NONE)
		on_self_test_done(worker, err_text(err));
}

int worker_new(const struct prober *prober, const char *conf_path, struct conf *conf,
	struct worker **worker_r)
{
	struct worker *worker = calloc(1, sizeof(*worker));

	*worker_r = NULL;
	if (worker == NULL)
		return ERR_MEMORY;
	worker->prober = prober;
	worker->conf_path = conf_path;
	worker->failures = (struct failure_log)FAILURE_LOG_INIT("no test begins, and results wait");
	worker->intake.failures =
		(struct failure_log)FAILURE_LOG_INIT("nothing new is taken from the inbox");
	worker->runner.engine = prober->engine;
	worker->runner.test_ended = on_test_ended;
	worker->runner.context = worker;
	LIST_INIT(&worker->runner.tests);
	schedule_init(&worker->runner.schedule, conf->probe.hosts_per_minute);
	worker->poll = event_new(prober->loop, -1, 0, on_poll, worker);
	worker->self_test_due = event_new(prober->loop, -1, 0, on_self_test_due, worker);
	if (worker->poll == NULL || worker->self_test_due == NULL) {
		worker_free(&worker);
		return ERR_MEMORY;
	}
	worker->runner.conf = conf;
	event_active(worker->self_test_due, EV_TIMEOUT, 0);
	event_active(worker->poll, EV_TIMEOUT, 0);
	*worker_r = worker;
	return ERR_NONE;
}

void worker_reload(struct worker *worker)
{
	const char *path = worker->conf_path;
	struct runner *runner = &worker->runner;
	struct conf *conf = reload_read(path);

	if (conf == NULL)
		return;
	if (ports_begin(&runner->ports, conf->probe.ports, conf->probe.port_count) != ERR_NONE) {
		reload_refuse("probe.ports has more entries than can be tested");
		conf_free(&conf);
		return;
	}
	reload_follow(path, "probe", runner->conf, conf);
	/* The lock is beside the database that this worker was started with. */
	char *database = conf->database;
	conf->database = runner->conf->database;
	runner->conf->database = database;
	conf_free(&runner->conf);
	runner->conf = conf;
	schedule_set_rate(&runner->schedule, conf->probe.hosts_per_minute);
}

void worker_free(struct worker **worker)
{
	struct worker *gone = *worker;

	if (gone == NULL)
		return;
	if (gone->runner.db != NULL && write_all(gone) == ERR_NONE)
		(void)!jobs_forget_begun(gone->runner.db);
	job_tests_forget_all(&gone->runner);
	selftest_free(&gone->selftest);
	if (gone->poll != NULL)
		event_free(gone->poll);
	if (gone->self_test_due != NULL)
		event_free(gone->self_test_due);
	db_close(&gone->runner.db);
	intake_close(&gone->intake);
	if (gone->runner.conf != NULL)
		conf_free(&gone->runner.conf);
	free(gone);
	*worker = NULL;
}
