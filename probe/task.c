/* SPDX-License-Identifier: BSD-2-Clause */
/* The test of one job: begun, and its result stored with what follows from it. */
#include "probe/task.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "conf/conf.h"
#include "probe/assessment.h"
#include "probe/eligibility.h"
#include "probe/engine.h"
#include "probe/outcome.h"
#include "probe/report.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/jobs.h"

/* When a test that could not begin is tried again, and when a job that was put aside is. */
#define SOON_SECS 60
#define LATER_SECS 3600

/* One job under test, or tested and not written yet. */
struct task {
	LIST_ENTRY(task) entry;
	struct bench *bench;
	struct job job;
	struct report *report; /* NULL: under way */
	int64_t ended_at;
};

static void task_free(struct task *task)
{
	LIST_REMOVE(task, entry);
	task->bench->ended -= task->report != NULL;
	report_free(&task->report);
	free(task);
}

static void log_outcome(const struct job *job, const char *found, const struct job_outcome *outcome)
{
	static const char *const kinds[] = {
		[JOB_REMOVAL] = "removal request",
		[JOB_NOMINATION] = "nomination",
		[JOB_WATCH] = "watch",
		[JOB_ORDER] = "order",
	};
	static const char *const ends[] = {
		[JOB_AGAIN] = "another test follows",
		[JOB_REVIEW] = "left to the operator",
		[JOB_GRANTED] = "granted",
		[JOB_DENIED] = "denied",
		[JOB_POSTPONED] = "postponed",
	};
	char address[ADDR_TEXT_SIZE];

	addr_format(&job->address, address);
	if (job->kind == JOB_REMOVAL || job->kind == JOB_NOMINATION)
		log_info("%s: %s; %s %" PRId64 ": %s", address, found, kinds[job->kind], job->id,
			ends[outcome->end]);
	else
		log_info("%s: %s; %s", address, found, kinds[job->kind]);
}

/*
 * A job whose rows the database refuses, or that are not what they should be, waits by itself: the
 * others go on. Whatever stops the database for all (a full disk, a lock) is the caller's to wait
 * for.
 */
static int put_aside(struct bench *bench, const struct job *job, int err)
{
	char address[ADDR_TEXT_SIZE];

	if (err != ERR_REFUSED && err != ERR_SYNTAX && err != ERR_RANGE && err != ERR_NOT_FOUND)
		return err == ERR_EXISTS ? ERR_NONE : err;
	addr_format(&job->address, address);
	log_error("%s: %s: its job cannot be done now and waits an hour: %s (%s)",
		db_path(bench->db), address, err_text(err), db_error(bench->db));
	err = jobs_postpone(bench->db, job, clock_now() + LATER_SECS);
	if (err == ERR_REFUSED)
		/* Not even that is stored: no test of the address until the worker is restarted. */
		schedule_start(&bench->schedule, &job->address, clock_monotonic_msecs());
	return err == ERR_EXISTS || err == ERR_REFUSED ? ERR_NONE : err;
}

/* ERR_EXISTS: the job was decided in the meantime, which is as good. */
static int settle(struct bench *bench, const struct job *job, const struct job_outcome *outcome)
{
	int err = jobs_settle(bench->db, job, outcome, clock_now());

	if (err == ERR_NONE)
		log_outcome(job, outcome->why, outcome);
	return err == ERR_EXISTS ? ERR_NONE : err;
}

/* The test is over. What follows is decided when it is written: much may have changed until then.
 */
static void on_done(void *context, const struct host_result *result)
{
	struct task *task = context;
	struct bench *bench = task->bench;
	struct assessment assessment;

	schedule_end(&bench->schedule, &task->job.address);
	assess_host(result, &assessment);
	if (bench->void_why[0] != '\0')
		assessment_make_void(&assessment, bench->void_why);
	task->ended_at = clock_now();
	if (report_new(result, &assessment, &task->report) != ERR_NONE) {
		/* The job is still due. */
		log_error("out of memory for the result of a test; the test is made again");
		task_free(task);
		return;
	}
	bench->ended++;
	bench->task_ended(bench->context);
}

static int start(struct bench *bench, const struct job *job, const struct tries *tries)
{
	struct task *task = calloc(1, sizeof(*task));
	int err = ERR_MEMORY;

	if (task != NULL) {
		const struct host_events events = {.done = on_done, .context = task};
		*task = (struct task){.bench = bench, .job = *job};
		err = engine_test(bench->engine, &job->address, bench->ports.ports,
			bench->ports.count, (size_t)tries->inconclusive, &events);
	}
	if (err != ERR_NONE) {
		log_error("a test cannot start: %s", err_text(err));
		free(task);
		err = jobs_postpone(bench->db, job, clock_now() + SOON_SECS);
		return err == ERR_EXISTS ? ERR_NONE : err;
	}
	LIST_INSERT_HEAD(&bench->tasks, task, entry);
	schedule_start(&bench->schedule, &job->address, clock_monotonic_msecs());
	return ERR_NONE;
}

static int begin(struct bench *bench, const struct job *job)
{
	const struct conf_probe *conf = &bench->conf->probe;
	int64_t now = clock_now();
	struct eligibility eligibility;
	struct job_outcome outcome;
	struct tries tries;
	int err = eligibility_read(bench->db, conf, job, now, &eligibility);

	if (err != ERR_NONE)
		return err;
	if (outcome_without_test(job, &eligibility, &outcome))
		return settle(bench, job, &outcome);
	/* That they fit was seen when the configuration was read. */
	(void)!ports_begin(&bench->ports, conf->ports, conf->port_count);
	err = eligibility_add_evidence(bench->db, &job->address, now, &bench->ports);
	if (err == ERR_NONE)
		err = eligibility_read_tries(bench->db, job, &tries);
	if (err == ERR_NONE)
		err = jobs_begin(bench->db, job, now);
	return err == ERR_NONE ? start(bench, job, &tries) : err;
}

int task_begin(struct bench *bench, const struct job *job)
{
	int err = begin(bench, job);

	return err == ERR_NONE ? ERR_NONE : put_aside(bench, job, err);
}

static int decide_task(const struct task *task, struct job_outcome *outcome_r)
{
	const struct bench *bench = task->bench;
	struct eligibility eligibility;
	struct outcome_inputs inputs = {.job = &task->job,
		.eligibility = &eligibility,
		.assessment = &task->report->assessment,
		.now = task->ended_at};
	int err = eligibility_read(
		bench->db, &bench->conf->probe, &task->job, task->ended_at, &eligibility);

	if (err == ERR_NONE)
		err = eligibility_read_tries(bench->db, &task->job, &inputs.tries);
	if (err == ERR_NONE && task->job.kind == JOB_REMOVAL)
		err = eligibility_next_request(
			bench->db, &task->job, task->ended_at, &inputs.next_request_at);
	if (err == ERR_NONE)
		outcome_of_test(&inputs, outcome_r);
	return err;
}

static int write_task(const struct task *task)
{
	const struct job *job = &task->job;
	struct job_outcome outcome;
	struct test test = report_test(task->report, &job->address, task->ended_at);
	const struct evidence evidence = report_evidence(task->report, task->ended_at);
	int err = decide_task(task, &outcome);

	if (err != ERR_NONE)
		return err;
	if (job->kind == JOB_WATCH)
		test.watch_id = job->id;
	else if (job->kind != JOB_ORDER)
		test.request_id = job->id;
	err = jobs_finish(task->bench->db, job, &test, &evidence, &outcome, task->ended_at);
	if (err == ERR_NONE)
		log_outcome(job, test.summary, &outcome);
	return err;
}

int task_write_ended(struct bench *bench)
{
	struct task *next;

	for (struct task *task = LIST_FIRST(&bench->tasks); task != NULL; task = next) {
		next = LIST_NEXT(task, entry);
		if (task->report == NULL)
			continue;
		int err = write_task(task);
		if (err != ERR_NONE)
			err = put_aside(bench, &task->job, err);
		if (err != ERR_NONE)
			return err;
		task_free(task);
	}
	return ERR_NONE;
}

void task_forget_all(struct bench *bench)
{
	while (!LIST_EMPTY(&bench->tasks))
		task_free(LIST_FIRST(&bench->tasks)); /* NOLINT(clang-analyzer-unix.Malloc) */
}
