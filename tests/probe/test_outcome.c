/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows from a test: remove, keep, list, try again, or leave to the operator. */
#include "probe/outcome.h"

#include <string.h>

#include "base/text.h"
#include "probe/assessment.h"
#include "tests/support/unit.h"

/* 2026-11-21 05:00:00 */
#define NOW INT64_C(1795237200)
#define HOUR 3600

static const struct eligibility listed = {
	.for_proxies = true, .listed = true, .may_be_tested = true};

static struct job a_job(enum job_kind kind)
{
	return (struct job){.kind = kind, .id = 1, .list_id = 1, .began_at = NOW};
}

static struct assessment found(enum host_verdict verdict)
{
	struct assessment assessment = {.verdict = verdict};

	text_copy(assessment.reason, sizeof(assessment.reason), "SOCKS5 on port 1080");
	if (verdict == HOST_OPEN)
		text_copy(assessment.listing_reason, sizeof(assessment.listing_reason),
			"open proxy: SOCKS5 on port 1080");
	return assessment;
}

static struct job_outcome outcome_of(struct job job, const struct eligibility *eligibility,
	enum host_verdict verdict, struct tries tries)
{
	const struct assessment assessment = found(verdict);
	const struct outcome_inputs inputs = {.job = &job,
		.eligibility = eligibility,
		.assessment = &assessment,
		.tries = tries,
		.next_request_at = NOW + HOUR,
		.now = NOW};
	struct job_outcome outcome;

	outcome_of_test(&inputs, &outcome);
	return outcome;
}

static const struct tries none;

static void a_host_that_is_still_open_stays_and_learns_where(void **state)
{
	(void)state;
	struct job_outcome outcome = outcome_of(a_job(JOB_REMOVAL), &listed, HOST_OPEN, none);
	assert_int_equal(outcome.end, JOB_DENIED);
	assert_string_equal(outcome.why, "still open: SOCKS5 on port 1080; the next request is "
					 "accepted from 2026-11-21 06:00 UTC on");
}

static void only_closed_comes_off(void **state)
{
	static const enum job_end ends[] = {
		[HOST_OPEN] = JOB_DENIED,
		[HOST_CLOSED] = JOB_GRANTED,
		[HOST_UNREACHABLE] = JOB_AGAIN,
		[HOST_INCONCLUSIVE] = JOB_AGAIN,
		[HOST_VOID] = JOB_POSTPONED,
	};

	(void)state;
	for (enum host_verdict i = HOST_OPEN; i <= HOST_VOID; i++)
		assert_int_equal(outcome_of(a_job(JOB_REMOVAL), &listed, i, none).end, ends[i]);
}

static void only_open_is_listed(void **state)
{
	static const enum job_end ends[] = {
		[HOST_OPEN] = JOB_GRANTED,
		[HOST_CLOSED] = JOB_DENIED,
		[HOST_UNREACHABLE] = JOB_AGAIN,
		[HOST_INCONCLUSIVE] = JOB_AGAIN,
		[HOST_VOID] = JOB_POSTPONED,
	};

	(void)state;
	for (enum host_verdict i = HOST_OPEN; i <= HOST_VOID; i++) {
		struct job_outcome outcome = outcome_of(a_job(JOB_NOMINATION), &listed, i, none);
		assert_int_equal(outcome.end, ends[i]);
		assert_string_equal(
			outcome.reason, i == HOST_OPEN ? "open proxy: SOCKS5 on port 1080" : "");
	}
}

static void an_unreachable_host_is_tried_three_times_more_over_72_hours(void **state)
{
	static const enum job_kind kinds[] = {JOB_REMOVAL, JOB_NOMINATION};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		int64_t waited = 0;
		for (int made = 0; made < 3; made++) {
			struct job_outcome outcome = outcome_of(a_job(kinds[i]), &listed,
				HOST_UNREACHABLE, (struct tries){.unreachable = made});
			assert_int_equal(outcome.end, JOB_AGAIN);
			assert_true(outcome.next_at > NOW);
			waited += outcome.next_at - NOW;
		}
		assert_int_equal(waited, 72 * HOUR);
		struct job_outcome outcome = outcome_of(a_job(kinds[i]), &listed, HOST_UNREACHABLE,
			(struct tries){.unreachable = 3});
		assert_int_equal(outcome.end, JOB_REVIEW);
	}
}

static void an_inconclusive_one_once_more_after_ten_minutes(void **state)
{
	(void)state;
	struct job_outcome outcome =
		outcome_of(a_job(JOB_REMOVAL), &listed, HOST_INCONCLUSIVE, none);
	assert_int_equal(outcome.end, JOB_AGAIN);
	assert_int_equal(outcome.next_at, NOW + 600);
	assert_string_equal(outcome.why, "inconclusive: SOCKS5 on port 1080; it is tested again "
					 "at 2026-11-21 05:10 UTC");
	outcome = outcome_of(
		a_job(JOB_REMOVAL), &listed, HOST_INCONCLUSIVE, (struct tries){.inconclusive = 1});
	assert_int_equal(outcome.end, JOB_REVIEW);
	outcome = outcome_of(
		a_job(JOB_REMOVAL), &listed, HOST_INCONCLUSIVE, (struct tries){.unreachable = 2});
	assert_int_equal(outcome.end, JOB_AGAIN);
}

static void a_void_test_is_made_again_and_again_ever_more_seldom(void **state)
{
	int64_t last = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct job_outcome outcome = outcome_of(
			a_job(JOB_WATCH), &listed, HOST_VOID, (struct tries){.recent_void = i});
		assert_int_equal(outcome.end, JOB_POSTPONED);
		assert_true(outcome.next_at - NOW >= 600 && outcome.next_at - NOW <= 6 * HOUR);
		assert_true(outcome.next_at >= last);
		last = outcome.next_at;
	}
}

static void a_listing_of_a_network_is_the_operators(void **state)
{
	const struct eligibility eligibility = {
		.for_proxies = true, .wider = "198.51.100.0/24", .may_be_tested = true};

	(void)state;
	struct job_outcome outcome =
		outcome_of(a_job(JOB_REMOVAL), &eligibility, HOST_CLOSED, none);
	assert_int_equal(outcome.end, JOB_REVIEW);
	assert_non_null(strstr(outcome.why, "198.51.100.0/24"));
	assert_int_equal(
		outcome_of(a_job(JOB_REMOVAL), &eligibility, HOST_OPEN, none).end, JOB_DENIED);
	const struct eligibility both = {.for_proxies = true,
		.listed = true,
		.wider = "198.51.100.0/24",
		.may_be_tested = true};
	outcome = outcome_of(a_job(JOB_REMOVAL), &both, HOST_CLOSED, none);
	assert_int_equal(outcome.end, JOB_GRANTED);
	assert_non_null(strstr(outcome.why, "still listed, by a listing of 198.51.100.0/24"));
}

static void a_watch_looks_after_an_hour_a_day_and_a_week(void **state)
{
	struct job job = a_job(JOB_WATCH);

	(void)state;
	job.began_at = NOW - HOUR;
	struct job_outcome outcome = outcome_of(job, &listed, HOST_CLOSED, none);
	assert_int_equal(outcome.end, JOB_AGAIN);
	assert_int_equal(outcome.next_at, job.began_at + 24 * HOUR);
	job.tests = 1;
	outcome = outcome_of(job, &listed, HOST_UNREACHABLE, none);
	assert_int_equal(outcome.end, JOB_AGAIN);
	assert_int_equal(outcome.next_at, job.began_at + 7 * 24 * HOUR);
	job.tests = 2;
	assert_int_equal(outcome_of(job, &listed, HOST_CLOSED, none).end, JOB_GRANTED);
	assert_int_equal(outcome_of(job, &listed, HOST_INCONCLUSIVE, none).end, JOB_REVIEW);
	job.began_at = NOW - 30 * 24 * HOUR;
	job.tests = 0;
	assert_int_equal(outcome_of(job, &listed, HOST_CLOSED, none).next_at, NOW + HOUR);
}

static void a_watched_host_that_is_open_again_is_listed_again(void **state)
{
	(void)state;
	struct job_outcome outcome = outcome_of(a_job(JOB_WATCH), &listed, HOST_OPEN, none);
	assert_int_equal(outcome.end, JOB_DENIED);
	assert_string_equal(outcome.reason, "open proxy again: SOCKS5 on port 1080");
}

static void an_order_is_made_whatever_was_found(void **state)
{
	(void)state;
	for (enum host_verdict i = HOST_OPEN; i <= HOST_VOID; i++)
		assert_int_equal(outcome_of(a_job(JOB_ORDER), &listed, i, none).end, JOB_GRANTED);
}

static const struct {
	const char *name;
	enum job_kind kind;
	struct eligibility eligibility;
	bool untested;
	enum job_end end;
	const char *said;
} cases[] = {
	{"a removal that is listed", JOB_REMOVAL, {.for_proxies = true, .listed = true}, false, 0,
		NULL},
	{"a removal in a listed network", JOB_REMOVAL,
		{.for_proxies = true, .wider = "198.51.100.0/24"}, false, 0, NULL},
	{"a removal that is listed no more", JOB_REMOVAL, {.for_proxies = true}, true, JOB_GRANTED,
		"off the list already"},
	{"a removal that opted out", JOB_REMOVAL,
		{.for_proxies = true, .listed = true, .opted_out = "198.51.100.0/24"}, true,
		JOB_DENIED, "the owner of 198.51.100.0/24 has opted out"},
	{"a removal of a private address", JOB_REMOVAL,
		{.for_proxies = true, .listed = true, .forbidden = "it is private"}, true,
		JOB_REVIEW, "it is private"},
	{"a removal from another list", JOB_REMOVAL, {.listed = true}, true, JOB_REVIEW,
		"says nothing about this list"},
	{"a nomination", JOB_NOMINATION, {.for_proxies = true, .may_be_tested = true}, false, 0,
		NULL},
	{"a nomination of our own address", JOB_NOMINATION,
		{.for_proxies = true, .forbidden = "it is our own"}, true, JOB_DENIED,
		"it is our own"},
	{"a nomination that opted out", JOB_NOMINATION,
		{.for_proxies = true, .opted_out = "198.51.100.7"}, true, JOB_REVIEW,
		"nothing is listed"},
	{"a watch", JOB_WATCH, {.for_proxies = true}, false, 0, NULL},
	{"a watch over what was listed again", JOB_WATCH, {.for_proxies = true, .listed = true},
		true, JOB_REVIEW, "on the list again"},
	{"an order of what is listed", JOB_ORDER, {.may_be_tested = true}, false, 0, NULL},
	{"an order of what is not", JOB_ORDER, {.listed = false}, true, JOB_REVIEW,
		"neither listed nor nominated"},
};

static void what_must_not_or_need_not_be_tested_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct job job = a_job(cases[i].kind);
		struct job_outcome outcome;
		bool untested = outcome_without_test(&job, &cases[i].eligibility, &outcome);
		if (untested != cases[i].untested)
			fail_msg("%s", cases[i].name);
		if (!untested)
			continue;
		if (outcome.end != cases[i].end || strstr(outcome.why, cases[i].said) == NULL)
			fail_msg("%s: %s", cases[i].name, outcome.why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_that_is_still_open_stays_and_learns_where),
		cmocka_unit_test(only_closed_comes_off),
		cmocka_unit_test(only_open_is_listed),
		cmocka_unit_test(an_unreachable_host_is_tried_three_times_more_over_72_hours),
		cmocka_unit_test(an_inconclusive_one_once_more_after_ten_minutes),
		cmocka_unit_test(a_void_test_is_made_again_and_again_ever_more_seldom),
		cmocka_unit_test(a_listing_of_a_network_is_the_operators),
		cmocka_unit_test(a_watch_looks_after_an_hour_a_day_and_a_week),
		cmocka_unit_test(a_watched_host_that_is_open_again_is_listed_again),
		cmocka_unit_test(an_order_is_made_whatever_was_found),
		cmocka_unit_test(what_must_not_or_need_not_be_tested_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
