/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober's jobs: what is due, and what the result of a test changes. */
#include "store/jobs.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/evidence.h"
#include "store/listings.h"
#include "store/tests.h"
#include "tests/store/admin_db.h"

static struct db *prober;

static int open_both(void **state)
{
	static const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_PROBER, .writable = true, .wait_msecs = 1000};

	return open_admin(state) == 0 ? store_open(ops.path, &options, &prober, NULL) : -1;
}

static int close_both(void **state)
{
	db_close(&prober);
	return close_admin(state);
}

static void add_listing(void)
{
	struct listing existing, listing = {
					 .list_id = 1,
					 .network = a_network("198.18.7.9"),
					 .reason = "open proxy",
					 .expires_at = CLOCK_NEVER,
				 };
	struct evidence evidence = {.at = NOW, .who = "tester", .kind = "note", .source = "x"};
	struct change change = a_change("add");

	evidence_set_body(&evidence, "seen", 4);
	assert_int_equal(listings_add(admin, &listing, &evidence, &change, &existing), ERR_NONE);
}

static int64_t file(enum request_kind kind)
{
	struct request request = {
		.kind = kind,
		.state = REQUEST_OPEN,
		.address = a_network("198.18.7.9").addr,
		.list_id = 1,
		.requested_at = NOW,
		.next_test_at = NOW,
		.filed_by = "visitor",
	};
	struct evidence spam = {.at = NOW, .who = "visitor", .kind = "spam", .source = "form"};

	evidence_set_body(&spam, "spam", 4);
	assert_int_equal(requests_file(admin, &request, kind == REQUEST_NOMINATION ? &spam : NULL),
		ERR_NONE);
	return request.id;
}

static struct job the_job(int64_t now)
{
	struct job jobs[2];
	size_t found, damaged;

	assert_int_equal(jobs_due(prober, now, jobs, COUNT_OF(jobs), &found, &damaged), ERR_NONE);
	assert_int_equal(found, 1);
	return jobs[0];
}

static int jobs_at(int64_t now)
{
	struct job jobs[4];
	size_t found, damaged;

	assert_int_equal(jobs_due(prober, now, jobs, COUNT_OF(jobs), &found, &damaged), ERR_NONE);
	return (int)found;
}

static int finish(
	const struct job *job, const char *verdict, struct job_outcome outcome, int64_t now)
{
	struct test test = {.address = job->address, .at = now};
	struct evidence transcript = {
		.at = now, .who = "opsprobe", .kind = "test", .source = "opsprobe"};

	text_copy(test.verdict, sizeof(test.verdict), verdict);
	text_copy(test.summary, sizeof(test.summary), "as it was");
	test.request_id = job->kind <= JOB_NOMINATION ? job->id : 0;
	test.watch_id = job->kind == JOB_WATCH ? job->id : 0;
	evidence_set_body(&transcript, "dialogue", 8);
	int err = jobs_finish(prober, job, &test, &transcript, &outcome, now);
	assert_int_not_equal(test.id, 0);
	return err;
}

static int64_t number(const char *sql)
{
	return scratch_db_int(&ops, sql);
}

static void a_host_that_is_closed_comes_off_and_is_watched(void **state)
{
	(void)state;
	add_listing();
	file(REQUEST_REMOVAL);
	struct job job = the_job(NOW);
	assert_int_equal(job.kind, JOB_REMOVAL);
	assert_int_equal(jobs_begin(prober, &job, NOW), ERR_NONE);
	assert_int_equal(number("SELECT test_began_at FROM request"), NOW);
	struct job_outcome outcome = {.end = JOB_GRANTED, .why = "closed now"};
	assert_int_equal(finish(&job, "closed", outcome, NOW + 5), ERR_NONE);
	assert_int_equal(number("SELECT count(*) FROM listings"), 0);
	assert_int_equal(number("SELECT count(*) FROM past_listings WHERE removed_by = 'opsprobe'"
				" AND removed_why = 'closed now' AND evidence_count = 2"),
		1);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE state = 'granted'"
				" AND verdict = 'closed' AND decided_by = 'opsprobe'"),
		1);
	assert_int_equal(jobs_at(NOW + 5 + 3599), 0);
	job = the_job(NOW + 5 + 3600);
	assert_int_equal(job.kind, JOB_WATCH);
	assert_int_equal(job.began_at, NOW + 5);
}

static void a_watched_host_that_is_open_again_is_listed_again(void **state)
{
	int64_t now = NOW + 5 + 3600;

	a_host_that_is_closed_comes_off_and_is_watched(state);
	struct job job = the_job(now);
	struct job_outcome outcome = {.end = JOB_AGAIN, .next_at = NOW + 86405, .why = "closed"};
	assert_int_equal(finish(&job, "closed", outcome, now), ERR_NONE);
	assert_int_equal(jobs_at(NOW + 86404), 0);
	job = the_job(NOW + 86405);
	assert_int_equal(job.tests, 1);
	outcome = (struct job_outcome){
		.end = JOB_DENIED, .why = "open again", .reason = "open proxy, SOCKS5"};
	assert_int_equal(finish(&job, "open", outcome, NOW + 86405), ERR_NONE);
	/* The view asks the real clock: the list's expiry lies in the past. */
	assert_int_equal(number("SELECT count(*) FROM listing WHERE ended_at IS NULL"
				" AND listed_at = 1086405 AND expires_at = 1086405 + 7776000"),
		1);
	assert_int_equal(jobs_at(INT64_MAX - 1), 0);
}

static void an_open_host_stays_and_gets_the_test_as_evidence(void **state)
{
	(void)state;
	add_listing();
	file(REQUEST_REMOVAL);
	struct job job = the_job(NOW);
	struct job_outcome outcome = {.end = JOB_DENIED, .why = "open on port 1080"};
	assert_int_equal(finish(&job, "open", outcome, NOW + 5), ERR_NONE);
	assert_int_equal(number("SELECT evidence_count FROM listings"), 2);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE state = 'denied'"), 1);
	assert_int_equal(jobs_at(INT64_MAX - 1), 0);
}

static void a_nominated_host_that_is_open_is_listed_with_both_proofs(void **state)
{
	(void)state;
	file(REQUEST_NOMINATION);
	struct job job = the_job(NOW);
	assert_int_equal(job.kind, JOB_NOMINATION);
	struct job_outcome outcome = {
		.end = JOB_GRANTED, .why = "open", .reason = "open proxy, SOCKS5 on port 1080"};
	assert_int_equal(finish(&job, "open", outcome, NOW + 5), ERR_NONE);
	assert_int_equal(
		number("SELECT count(*) FROM listing JOIN evidence ON evidence.id = evidence_id"
		       " JOIN reason ON reason.id = reason_id WHERE kind = 'spam'"
		       " AND text = 'open proxy, SOCKS5 on port 1080'"
		       " AND expires_at = 1000005 + 7776000"),
		1);
	assert_int_equal(number("SELECT count(*) FROM listing_evidence JOIN evidence ON id = "
				"listing_evidence.evidence_id WHERE kind = 'test'"),
		1);
}

static void what_is_listed_already_gets_the_proofs_of_its_nomination(void **state)
{
	(void)state;
	add_listing();
	file(REQUEST_NOMINATION);
	struct job job = the_job(NOW);
	struct job_outcome outcome = {.end = JOB_GRANTED, .why = "open", .reason = "open proxy"};
	assert_int_equal(finish(&job, "open", outcome, NOW + 5), ERR_NONE);
	assert_int_equal(number("SELECT evidence_count FROM listings"), 3);
}

static void a_retry_is_due_later_and_a_review_never(void **state)
{
	int64_t next;

	(void)state;
	file(REQUEST_REMOVAL);
	struct job job = the_job(NOW);
	struct job_outcome outcome = {.end = JOB_AGAIN, .next_at = NOW + 600, .why = "no answer"};
	assert_int_equal(finish(&job, "inconclusive", outcome, NOW), ERR_NONE);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE state = 'retry'"), 1);
	assert_int_equal(jobs_next_at(prober, &next), ERR_NONE);
	assert_int_equal(next, NOW + 600);
	job = the_job(NOW + 600);
	assert_int_equal(job.tests, 1);
	outcome.end = JOB_REVIEW;
	assert_int_equal(finish(&job, "inconclusive", outcome, NOW), ERR_NONE);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE state = 'review'"), 1);
	assert_int_equal(jobs_next_at(prober, &next), ERR_NONE);
	assert_int_equal(next, CLOCK_NEVER);
}

static void what_was_decided_meanwhile_is_not_decided_twice(void **state)
{
	(void)state;
	add_listing();
	int64_t id = file(REQUEST_REMOVAL);
	struct job job = the_job(NOW);
	assert_int_equal(requests_decide(admin, id, false, "root", "kept", NOW), ERR_NONE);
	struct job_outcome outcome = {.end = JOB_GRANTED, .why = "closed now"};
	assert_int_equal(finish(&job, "closed", outcome, NOW + 5), ERR_EXISTS);
	assert_int_equal(number("SELECT count(*) FROM listings"), 1);
	assert_int_equal(number("SELECT count(*) FROM tests"), 1);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE decided_by = 'root'"), 1);
}

static void an_order_is_made_once(void **state)
{
	struct addr address = a_network("198.18.7.9").addr;
	struct order order;
	int64_t id;

	(void)state;
	assert_int_equal(jobs_order(prober, &address, "root", NOW, &id), ERR_NONE);
	struct job job = the_job(NOW);
	assert_int_equal(job.kind, JOB_ORDER);
	assert_int_equal(jobs_begin(prober, &job, NOW + 1), ERR_NONE);
	assert_int_equal(jobs_read_order(prober, id, &order), ERR_NONE);
	assert_true(order.due);
	assert_int_equal(order.began_at, NOW + 1);
	assert_int_equal(order.test.id, 0);
	assert_int_equal(
		finish(&job, "open", (struct job_outcome){.end = JOB_REVIEW}, NOW), ERR_NONE);
	assert_int_equal(jobs_read_order(prober, id, &order), ERR_NONE);
	assert_false(order.due);
	assert_int_not_equal(order.test.id, 0);
	assert_string_equal(order.test.verdict, "open");
	assert_int_equal(jobs_at(INT64_MAX - 1), 0);
	assert_int_equal(jobs_read_order(prober, id + 1, &order), ERR_NOT_FOUND);
}

static void an_order_that_is_given_up_has_no_test(void **state)
{
	struct addr address = a_network("198.18.7.9").addr;
	struct order order;
	int64_t id;

	(void)state;
	assert_int_equal(jobs_order(prober, &address, "root", NOW, &id), ERR_NONE);
	struct job job = the_job(NOW);
	struct job_outcome outcome = {.end = JOB_REVIEW, .why = "not listed any more"};
	assert_int_equal(jobs_settle(prober, &job, &outcome, NOW), ERR_NONE);
	assert_int_equal(jobs_read_order(prober, id, &order), ERR_NONE);
	assert_false(order.due);
	assert_int_equal(order.test.id, 0);
	assert_int_equal(jobs_settle(prober, &job, &outcome, NOW), ERR_EXISTS);
}

static void a_request_that_needs_no_test_is_settled_without_one(void **state)
{
	(void)state;
	file(REQUEST_REMOVAL);
	struct job job = the_job(NOW);
	struct job_outcome review = {.end = JOB_REVIEW, .why = "its range is private"};
	assert_int_equal(jobs_settle(prober, &job, &review, NOW), ERR_NONE);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE state = 'review'"
				" AND verdict IS NULL AND why = 'its range is private'"),
		1);
	assert_int_equal(number("SELECT count(*) FROM history WHERE what = 'removal review'"
				" AND who = 'opsprobe' AND why = 'its range is private'"),
		1);
	struct job_outcome granted = {.end = JOB_GRANTED, .why = "off the list already"};
	assert_int_equal(jobs_settle(prober, &job, &granted, NOW + 1), ERR_NONE);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE state = 'granted'"), 1);
	assert_int_equal(jobs_settle(prober, &job, &granted, NOW + 2), ERR_EXISTS);
	assert_int_equal(jobs_begin(prober, &job, NOW + 2), ERR_EXISTS);
	assert_int_equal(number("SELECT count(*) FROM tests"), 0);
}

static void a_void_test_is_stored_and_counts_for_nothing(void **state)
{
	(void)state;
	add_listing();
	file(REQUEST_REMOVAL);
	struct job job = the_job(NOW);
	struct job_outcome outcome = {.end = JOB_POSTPONED, .next_at = NOW + 600};
	assert_int_equal(jobs_begin(prober, &job, NOW), ERR_NONE);
	assert_int_equal(finish(&job, "void", outcome, NOW), ERR_NONE);
	assert_int_equal(number("SELECT count(*) FROM request WHERE state = 'open' AND tests = 0"
				" AND test_began_at IS NULL AND verdict IS NULL"),
		1);
	assert_int_equal(number("SELECT count(*) FROM tests WHERE verdict = 'void'"), 1);
	assert_int_equal(number("SELECT evidence_count FROM listings"), 1);
	assert_int_equal(jobs_at(NOW + 599), 0);
	assert_int_equal(jobs_at(NOW + 600), 1);
}

static void those_that_somebody_waits_for_come_first(void **state)
{
	struct addr address = a_network("198.18.7.10").addr;
	struct job jobs[4];
	size_t found, damaged;
	int64_t id;

	(void)state;
	file(REQUEST_NOMINATION);
	assert_int_equal(jobs_order(prober, &address, "root", NOW + 1, &id), ERR_NONE);
	file(REQUEST_REMOVAL);
	assert_int_equal(
		jobs_due(prober, NOW + 1, jobs, COUNT_OF(jobs), &found, &damaged), ERR_NONE);
	assert_int_equal(found, 3);
	assert_int_equal(jobs[0].kind, JOB_REMOVAL);
	assert_int_equal(jobs[1].kind, JOB_ORDER);
	assert_int_equal(jobs[2].kind, JOB_NOMINATION);
}

static void a_worker_that_starts_forgets_what_an_earlier_one_began(void **state)
{
	(void)state;
	file(REQUEST_REMOVAL);
	struct job job = the_job(NOW);
	assert_int_equal(jobs_begin(prober, &job, NOW), ERR_NONE);
	assert_int_equal(jobs_forget_begun(prober), ERR_NONE);
	assert_int_equal(number("SELECT count(*) FROM request WHERE test_began_at IS NULL"), 1);
	assert_int_equal(jobs_postpone(prober, &job, NOW + 60), ERR_NONE);
	assert_int_equal(jobs_at(NOW + 59), 0);
	assert_int_equal(jobs_at(NOW + 60), 1);
}

static void the_self_test_is_one_row(void **state)
{
	struct self_test self_test;

	(void)state;
	assert_int_equal(self_test_read(prober, &self_test), ERR_NONE);
	assert_int_equal(self_test.at, 0);
	self_test = (struct self_test){.at = NOW, .passed = true};
	assert_int_equal(self_test_write(prober, &self_test), ERR_NONE);
	self_test = (struct self_test){.at = NOW + 1, .why = "the open one was found closed"};
	assert_int_equal(self_test_write(prober, &self_test), ERR_NONE);
	assert_int_equal(self_test_read(admin, &self_test), ERR_NONE);
	assert_int_equal(self_test.at, NOW + 1);
	assert_false(self_test.passed);
	assert_string_equal(self_test.why, "the open one was found closed");
}

#define WITH_BOTH(test) cmocka_unit_test_setup_teardown(test, open_both, close_both)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOTH(a_host_that_is_closed_comes_off_and_is_watched),
		WITH_BOTH(a_watched_host_that_is_open_again_is_listed_again),
		WITH_BOTH(an_open_host_stays_and_gets_the_test_as_evidence),
		WITH_BOTH(a_nominated_host_that_is_open_is_listed_with_both_proofs),
		WITH_BOTH(what_is_listed_already_gets_the_proofs_of_its_nomination),
		WITH_BOTH(a_retry_is_due_later_and_a_review_never),
		WITH_BOTH(what_was_decided_meanwhile_is_not_decided_twice),
		WITH_BOTH(an_order_is_made_once),
		WITH_BOTH(an_order_that_is_given_up_has_no_test),
		WITH_BOTH(a_request_that_needs_no_test_is_settled_without_one),
		WITH_BOTH(a_void_test_is_stored_and_counts_for_nothing),
		WITH_BOTH(those_that_somebody_waits_for_come_first),
		WITH_BOTH(a_worker_that_starts_forgets_what_an_earlier_one_began),
		WITH_BOTH(the_self_test_is_one_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
