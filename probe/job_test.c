/* SPDX-License-Identifier: BSD-2-Clause */
/* The test of one job: begun, and its result stored with what follows from it. */
#include "probe/job_test.h"

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
struct job_test {
	LIST_ENTRY(job_test) entry;
	struct runner *runner;
	struct job job;
	struct report *report; /* NULL: under way */
	int64_t ended_at;
};

static void job_test_free(struct job_test *test)
{
	LIST_REMOVE(test, entry);
	report_free(&test->report);
	free(test);
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

static void log_refused(
	const struct runner *runner, const struct job *job, int err, const char *what)
{
	char address[ADDR_TEXT_SIZE], buffer[512];
	struct text why = TEXT_OVER(buffer);

	addr_format(&job->address, address);
	db_explain(runner->db, err, &why);
	log_error("%s: %s: %s", address, what, buffer);
}

/* Whether an error is of one job's rows: they break a rule, or are not what they should be. */
static bool is_of_one_job(int err)
{
	return err == ERR_REFUSED || err == ERR_SYNTAX || err == ERR_RANGE || err == ERR_NOT_FOUND;
}

/* In the place of the one whose time is over first, or is over already. */
static void set_aside(struct runner *runner, const struct job *job, int64_t until)
{
	struct aside *place = &runner->asides[0];

	for (size_t i = 1; i < ASIDE_MAX; i++) {
		if (runner->asides[i].until < place->until)
			place = &runner->asides[i];
	}
	*place = (struct aside){.kind = job->kind, .id = job->id, .until = until};
}

bool job_test_is_aside(const struct runner *runner, const struct job *job)
{
	int64_t now = clock_now();

	for (size_t i = 0; i < ASIDE_MAX; i++) {
		const struct aside *aside = &runner->asides[i];
		if (aside->kind == job->kind && aside->id == job->id && aside->until > now)
			return true;
	}
	return false;
}

int job_test_postpone(struct runner *runner, const struct job *job, int64_t secs)
{
	int64_t until = clock_now() + secs;

	int err = jobs_postpone(runner->db, job, until);
	if (!is_of_one_job(err))
		return err == ERR_EXISTS ? ERR_NONE : err;
	log_refused(runner, job, err, "its job cannot be postponed and is left alone for now");
	set_aside(runner, job, until);
	return ERR_NONE;
}

bool job_test_may_begin(const struct runner *runner, const struct job *job)
{
	return schedule_allows(&runner->schedule, &job->address) &&
	       !job_test_is_aside(runner, job) &&
	       (runner->void_why[0] == '\0' || job->kind == JOB_ORDER);
}

static int settle(struct runner *runner, const struct job *job, const struct job_outcome *outcome)
{
	int err = jobs_settle(runner->db, job, outcome, clock_now());

	if (err == ERR_NONE)
		log_outcome(job, outcome->why, outcome);
	return err;
}

/* The test is over. What follows is decided when it is written: much may have changed until then.
 */
static void on_done(void *context, const struct host_result *result)
{
	struct job_test *test = context;
	struct runner *runner = test->runner;

	schedule_end(&runner->schedule, &test->job.address);
	test->ended_at = clock_now();
	if (report_new(result, runner->void_why, &test->report) != ERR_NONE) {
		/* The job is still due. */
		log_error("out of memory for the result of a test; the test is made again");
		job_test_free(test);
		return;
	}
	runner->test_ended(runner->context);
}

/* Somebody waits for it. */
static bool is_urgent(const struct job *job)
{
	return job->kind == JOB_REMOVAL || job->kind == JOB_ORDER;
}

static int start(struct runner *runner, const struct job *job, const struct tries *tries)
{
	struct job_test *test = calloc(1, sizeof(*test));
	int err = ERR_MEMORY;

	if (test != NULL) {
		const struct test_options options = {
			.first_target = (size_t)tries->inconclusive,
			.urgent = is_urgent(job),
			.unpublished_first = job->kind == JOB_WATCH,
		};
		const struct host_events events = {.done = on_done, .context = test};
		*test = (struct job_test){.runner = runner, .job = *job};
		err = engine_test(runner->engine, &job->address, runner->ports.ports,
			runner->ports.count, &options, &events);
	}
	if (err != ERR_NONE) {
		log_error("a test cannot start: %s", err_text(err));
		free(test);
		return job_test_postpone(runner, job, SOON_SECS);
	}
	LIST_INSERT_HEAD(&runner->tests, test, entry);
	schedule_start(&runner->schedule, &job->address, is_urgent(job), clock_monotonic_msecs());
	return ERR_NONE;
}

static int begin(struct runner *runner, const struct job *job)
{
	const struct conf_probe *conf = &runner->conf->probe;
	int64_t now = clock_now();
	struct eligibility eligibility;
	struct job_outcome outcome;
	struct tries tries;
	int err = eligibility_read(runner->db, conf, job, now, &eligibility);

	if (err != ERR_NONE)
		return err;
	if (outcome_without_test(job, &eligibility, &outcome))
		return settle(runner, job, &outcome);
	err = eligibility_read_ports(runner->db, conf, &job->address, now, &runner->ports);
	if (err == ERR_NONE)
		err = eligibility_read_tries(runner->db, job, &tries);
	if (err == ERR_NONE)
		err = jobs_begin(runner->db, job, now);
	return err == ERR_NONE ? start(runner, job, &tries) : err;
}

int job_test_begin(struct runner *runner, const struct job *job)
{
	int err = begin(runner, job);

	if (!is_of_one_job(err))
		return err == ERR_EXISTS ? ERR_NONE : err;
	log_refused(runner, job, err, "its job cannot be done now and waits an hour");
	return job_test_postpone(runner, job, LATER_SECS);
}

static int decide(const struct job_test *test, struct job_outcome *outcome_r)
{
	const struct runner *runner = test->runner;
	struct eligibility eligibility;
	struct outcome_inputs inputs = {.job = &test->job,
		.eligibility = &eligibility,
		.assessment = &test->report->assessment,
		.now = test->ended_at};
	int err = eligibility_read(
		runner->db, &runner->conf->probe, &test->job, test->ended_at, &eligibility);

	if (err == ERR_NONE)
		err = eligibility_read_tries(runner->db, &test->job, &inputs.tries);
	if (err == ERR_NONE && test->job.kind == JOB_REMOVAL)
		err = eligibility_next_request(
			runner->db, &test->job, test->ended_at, &inputs.next_request_at);
	if (err == ERR_NONE)
		outcome_of_test(&inputs, outcome_r);
	return err;
}

static int finish(const struct job_test *test, const struct job_outcome *outcome)
{
	const struct job *job = &test->job;
	struct test row = report_test(test->report, &job->address, test->ended_at);
	const struct evidence evidence = report_evidence(test->report, test->ended_at);

	if (job->kind == JOB_WATCH)
		row.watch_id = job->id;
	else if (job->kind != JOB_ORDER)
		row.request_id = job->id;
	return jobs_finish(test->runner->db, job, &row, &evidence, outcome, test->ended_at);
}

/* What follows from the test is refused: the test is stored without it, or at least logged. */
static int write_for_later(const struct job_test *test, int refused)
{
	struct runner *runner = test->runner;
	const struct job_outcome later = {
		.end = JOB_POSTPONED, .next_at = clock_now() + LATER_SECS};
	char buffer[TEST_SUMMARY_SIZE + 64];
	struct text lost = TEXT_OVER(buffer);

	log_refused(runner, &test->job, refused,
		"what follows from its test cannot be done; it is tested again in an hour");
	int err = finish(test, &later);
	if (!is_of_one_job(err))
		return err;
	text_add_format(&lost, "the result of its test cannot be stored and is lost (%s)",
		test->report->assessment.summary);
	log_refused(runner, &test->job, err, buffer);
	return job_test_postpone(runner, &test->job, LATER_SECS);
}

static int write_test(const struct job_test *test)
{
	struct job_outcome outcome;
	int err = decide(test, &outcome);

	if (err == ERR_NONE)
		err = finish(test, &outcome);
	if (err == ERR_NONE)
		log_outcome(&test->job, test->report->assessment.summary, &outcome);
	else if (is_of_one_job(err))
		err = write_for_later(test, err);
	return err == ERR_EXISTS ? ERR_NONE : err;
}

int job_tests_write_ended(struct runner *runner)
{
	struct job_test *next;

	for (struct job_test *test = LIST_FIRST(&runner->tests); test != NULL; test = next) {
		next = LIST_NEXT(test, entry);
		if (test->report == NULL)
			continue;
		int err = write_test(test);
		if (err != ERR_NONE)
			return err;
		job_test_free(test);
	}
	return ERR_NONE;
}

void job_tests_forget_all(struct runner *runner)
{
	while (!LIST_EMPTY(&runner->tests))
		job_test_free(LIST_FIRST(&runner->tests)); /* NOLINT(clang-analyzer-unix.Malloc) */
}
