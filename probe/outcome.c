/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows from a test, decided from values alone. */
#include "probe/outcome.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/text.h"
#include "probe/assessment.h"
#include "store/tests.h"

#define MINUTE_SECS 60
#define HOUR_SECS 3600

/* An unreachable host is tried so often again, after these times: 72 hours in all. */
static const int64_t unreachable_wait_secs[] = {
	6 * HOUR_SECS, 18 * HOUR_SECS, (int64_t)48 * HOUR_SECS};
#define UNREACHABLE_RETRIES \
	((int)(sizeof(unreachable_wait_secs) / sizeof(unreachable_wait_secs[0])))

/* An inconclusive one once more, with another target first. */
#define INCONCLUSIVE_WAIT_SECS (10 * (int64_t)MINUTE_SECS)
#define INCONCLUSIVE_RETRIES 1

/* A void test says nothing, so it is made again: soon at first, then twice as long each time. */
#define VOID_WAIT_SECS (10 * (int64_t)MINUTE_SECS)
#define VOID_LONGEST_WAIT_SECS (6 * (int64_t)HOUR_SECS)

/* "2026-11-21 15:04 UTC" */
struct moment_text {
	char text[CLOCK_TEXT_SIZE + 4];
};

static struct moment_text moment(int64_t time)
{
	struct moment_text moment;
	struct text text = TEXT_OVER(moment.text);
	char full[CLOCK_TEXT_SIZE];

	clock_format(time, full);
	text_add_octets(&text, full, 16);
	text_add(&text, " UTC");
	return moment;
}

static void __attribute__((format(printf, 3, 4)))
end_with(struct job_outcome *outcome, enum job_end end, const char *format, ...)
{
	va_list arguments;

	outcome->end = end;
	va_start(arguments, format);
	vsnprintf(outcome->why, sizeof(outcome->why), format, arguments);
	va_end(arguments);
}

bool outcome_without_test(
	const struct job *job, const struct eligibility *eligibility, struct job_outcome *outcome_r)
{
	bool nomination = job->kind == JOB_NOMINATION, removal = job->kind == JOB_REMOVAL;

	*outcome_r = (struct job_outcome){0};
	if (removal && !eligibility->listed && eligibility->wider[0] == '\0')
		end_with(outcome_r, JOB_GRANTED, "it is off the list already");
	else if (job->kind == JOB_WATCH && eligibility->listed)
		end_with(outcome_r, JOB_REVIEW, "it is on the list again");
	else if (eligibility->forbidden[0] != '\0')
		end_with(outcome_r, nomination ? JOB_DENIED : JOB_REVIEW, "not tested: %s",
			eligibility->forbidden);
	else if (eligibility->opted_out[0] != '\0')
		end_with(outcome_r, removal ? JOB_DENIED : JOB_REVIEW,
			"not tested: the owner of %s has opted out of tests, and without a test "
			"%s",
			eligibility->opted_out, removal ? "no listing ends" : "nothing is listed");
	else if (job->kind != JOB_ORDER && !eligibility->for_proxies)
		end_with(outcome_r, JOB_REVIEW,
			"not tested: a test for open proxies says nothing about this list");
	else if (job->kind == JOB_ORDER && !eligibility->may_be_tested)
		end_with(outcome_r, JOB_REVIEW, "not tested: neither listed nor nominated");
	else
		return false;
	return true;
}

static void postpone(const struct outcome_inputs *inputs, struct job_outcome *outcome)
{
	int64_t wait = VOID_WAIT_SECS;

	for (int i = 0; i < inputs->tries.recent_void && wait < VOID_LONGEST_WAIT_SECS; i++)
		wait *= 2;
	if (wait > VOID_LONGEST_WAIT_SECS)
		wait = VOID_LONGEST_WAIT_SECS;
	outcome->next_at = inputs->now + wait;
	end_with(outcome, JOB_POSTPONED, "nothing was found out: %s", inputs->assessment->reason);
}

static void try_again(
	const struct outcome_inputs *inputs, int64_t wait_secs, struct job_outcome *outcome)
{
	const struct assessment *assessment = inputs->assessment;

	outcome->next_at = inputs->now + wait_secs;
	end_with(outcome, JOB_AGAIN, "%s: %s; it is tested again at %s",
		host_verdict_name(assessment->verdict), assessment->reason,
		moment(outcome->next_at).text);
}

/* What decides neither a removal nor a nomination: more tries, and then the operator. */
static void retry_or_review(const struct outcome_inputs *inputs, struct job_outcome *outcome)
{
	const struct assessment *assessment = inputs->assessment;
	int unreachable = inputs->tries.unreachable, inconclusive = inputs->tries.inconclusive;

	if (assessment->verdict == HOST_VOID)
		postpone(inputs, outcome);
	else if (assessment->verdict == HOST_UNREACHABLE && unreachable < UNREACHABLE_RETRIES)
		try_again(inputs, unreachable_wait_secs[unreachable], outcome);
	else if (assessment->verdict == HOST_INCONCLUSIVE && inconclusive < INCONCLUSIVE_RETRIES)
		try_again(inputs, INCONCLUSIVE_WAIT_SECS, outcome);
	else
		end_with(outcome, JOB_REVIEW, "%s: %s; after %d tests the operator decides",
			host_verdict_name(assessment->verdict), assessment->reason,
			unreachable + inconclusive + 1);
}

static void decide_removal(const struct outcome_inputs *inputs, struct job_outcome *outcome)
{
	const struct assessment *assessment = inputs->assessment;
	const struct eligibility *eligibility = inputs->eligibility;

	if (assessment->verdict == HOST_OPEN)
		end_with(outcome, JOB_DENIED,
			"still open: %s; the next request is accepted from %s on",
			assessment->reason, moment(inputs->next_request_at).text);
	else if (assessment->verdict != HOST_CLOSED)
		retry_or_review(inputs, outcome);
	else if (!eligibility->listed && eligibility->wider[0] != '\0')
		end_with(outcome, JOB_REVIEW,
			"closed, but the listing is of %s, which the operator decides on",
			eligibility->wider);
	else
		end_with(outcome, JOB_GRANTED,
			"closed: %s; tested again after an hour, a day and a week%s%s",
			assessment->reason,
			eligibility->wider[0] != '\0' ? "; still listed, by a listing of " : "",
			eligibility->wider);
}

static void decide_nomination(const struct outcome_inputs *inputs, struct job_outcome *outcome)
{
	const struct assessment *assessment = inputs->assessment;

	if (assessment->verdict == HOST_OPEN) {
		end_with(outcome, JOB_GRANTED, "open: %s", assessment->reason);
		text_copy(outcome->reason, sizeof(outcome->reason), assessment->listing_reason);
	} else if (assessment->verdict == HOST_CLOSED) {
		end_with(outcome, JOB_DENIED, "closed: %s", assessment->reason);
	} else {
		retry_or_review(inputs, outcome);
	}
}

/* A watch only looks for what is open again: what says nothing waits for the next test. */
static void decide_watch(const struct outcome_inputs *inputs, struct job_outcome *outcome)
{
	const struct assessment *assessment = inputs->assessment;
	const struct job *job = inputs->job;
	struct text reason = TEXT_OVER(outcome->reason);
	int tests = job->tests + 1;

	if (assessment->verdict == HOST_OPEN) {
		end_with(outcome, JOB_DENIED, "open again: %s", assessment->reason);
		text_add_format(&reason, "open proxy again: %s", assessment->reason);
	} else if (assessment->verdict == HOST_VOID) {
		postpone(inputs, outcome);
	} else if (tests >= WATCH_TESTS) {
		end_with(outcome, assessment->verdict == HOST_CLOSED ? JOB_GRANTED : JOB_REVIEW,
			"not open after %d tests; the last one: %s: %s", tests,
			host_verdict_name(assessment->verdict), assessment->reason);
	} else {
		int64_t due = job->began_at + watch_due_secs(tests);
		int64_t soonest = inputs->now + HOUR_SECS;
		outcome->next_at = due > soonest ? due : soonest;
		end_with(outcome, JOB_AGAIN, "%s: %s", host_verdict_name(assessment->verdict),
			assessment->reason);
	}
}

static void decide_order(const struct outcome_inputs *inputs, struct job_outcome *outcome)
{
	end_with(outcome, JOB_GRANTED, "%s", inputs->assessment->reason);
}

void outcome_of_test(const struct outcome_inputs *inputs, struct job_outcome *outcome_r)
{
	static void (*const deciders[])(const struct outcome_inputs *, struct job_outcome *) = {
		[JOB_REMOVAL] = decide_removal,
		[JOB_NOMINATION] = decide_nomination,
		[JOB_WATCH] = decide_watch,
		[JOB_ORDER] = decide_order,
	};

	*outcome_r = (struct job_outcome){0};
	deciders[inputs->job->kind](inputs, outcome_r);
}
