/* SPDX-License-Identifier: BSD-2-Clause */
/* The test of one job: begun, and its result stored with what follows from it. */
#include "probe/task.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "probe/assessment.h"
#include "probe/eligibility.h"
#include "probe/engine.h"
#include "probe/outcome.h"
#include "probe/report.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/jobs.h"

/* When a test that could not begin is tried again, and when a job is whose rows are refused. */
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

static void log_refused(const struct bench *bench, const struct job *job, int err, const char *what)
{
	char address[ADDR_TEXT_SIZE], buffer[512];
	struct text why = TEXT_OVER(buffer);

	addr_format(&job->address, address);
	db_explain(bench->db, err, &why);
	log_error("%s: %s: %s", address, what, buffer);
}

/* Whether an error is of one job's rows: they break a rule, or are not what they should be. */
static bool is_of_one_job(int err)
{
	return err == ERR_REFUSED || err == ERR_SYNTAX || err == ERR_RANGE || err == ERR_NOT_FOUND;
}

/* In the place of the one whose time is over first, or is over already. */
static void set_aside(struct bench *bench, const struct job *job, int64_t until)
{
	struct aside *place = &bench->asides[0];

	for (size_t i = 1; i < ASIDE_MAX; i++) {
		if (bench->asides[i].until < place->until)
			place = &bench->asides[i];
	}
	*place = (struct aside){.kind = job->kind, .id = job->id, .until = until};
}

static bool is_aside(const struct bench *bench, const struct job *job)
{
	int64_t now = clock_now();

	for (size_t i = 0; i < ASIDE_MAX; i++) {
		const struct aside *aside = &bench->asides[i];
		if (aside->kind == job->kind && aside->id == job->id && aside->until > now)
			return true;
	}
	return false;
}

int task_postpone(struct bench *bench, const struct job *job, int64_t secs)
{
	int64_t until = clock_now() + secs;

	if (is_aside(bench, job))
		return ERR_NONE;
	int err = jobs_postpone(bench->db, job, until);
	if (!is_of_one_job(err))
		return err == ERR_EXISTS ? ERR_NONE : err;
	log_refused(bench, job, err, "its job cannot be postponed and is left alone for now");
	set_aside(bench, job, until);
	return ERR_NONE;
}

bool task_may_begin(const struct bench *bench, const struct job *job)
{
	return schedule_allows(&bench->schedule, &job->address) && !is_aside(bench, job) &&
	       (bench->void_why[0] == '\0' || job->kind == JOB_ORDER);
}

static int settle(struct bench *bench, const struct job *job, const struct job_outcome *outcome)
{
	int err = jobs_settle(bench->db, job, outcome, clock_now());

	if (err == ERR_NONE)
		log_outcome(job, outcome->why, outcome);
	return err;
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
		return task_postpone(bench, job, SOON_SECS);
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

	if (!is_of_one_job(err))
		return err == ERR_EXISTS ? ERR_NONE : err;
	log_refused(bench, job, err, "its job cannot be done now and waits an hour");
	return task_postpone(bench, job, LATER_SECS);
}

static int decide(const struct task *task, struct job_outcome *outcome_r)
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

static int finish(const struct task *task, const struct job_outcome *outcome)
{
	const struct job *job = &task->job;
	struct test test = report_test(task->report, &job->address, task->ended_at);
	const struct evidence evidence = report_evidence(task->report, task->ended_at);

	if (job->kind == JOB_WATCH)
		test.watch_id = job->id;
	else if (job->kind != JOB_ORDER)
		test.request_id = job->id;
	return jobs_finish(task->bench->db, job, &test, &evidence, outcome, task->ended_at);
}

/* What follows from the test is refused: the test is stored without it, or at least logged. */
static int write_for_later(const struct task *task, int refused)
{
	struct bench *bench = task->bench;
	const struct job_outcome later = {
		.end = JOB_POSTPONED, .next_at = clock_now() + LATER_SECS};
	char buffer[TEST_SUMMARY_SIZE + 64];
	struct text lost = TEXT_OVER(buffer);

	log_refused(bench, &task->job, refused,
		"what follows from its test cannot be done; it is tested again in an hour");
	int err = finish(task, &later);
	if (!is_of_one_job(err))
		return err;
	text_add_format(&lost, "the result of its test cannot be stored and is lost (%s)",
		task->report->assessment.summary);
	log_refused(bench, &task->job, err, buffer);
	return task_postpone(bench, &task->job, LATER_SECS);
}

static int write_task(const struct task *task)
{
	struct job_outcome outcome;
	int err = decide(task, &outcome);

	if (err == ERR_NONE)
		err = finish(task, &outcome);
	if (err == ERR_NONE)
		log_outcome(&task->job, task->report->assessment.summary, &outcome);
	else if (is_of_one_job(err))
		err = write_for_later(task, err);
	return err == ERR_EXISTS ? ERR_NONE : err;
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
