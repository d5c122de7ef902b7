/* SPDX-License-Identifier: BSD-2-Clause */
/* The worker: jobs from the database, results back into it. */
#include <stdio.h>
#include <string.h>

#include "store/evidence.h"
#include "store/jobs.h"
#include "tests/probe/working.h"

static void what_comes_off_is_watched_for_a_week(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_PORT_CLOSED;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'granted'", 1);
	assert_int_equal(number("SELECT count(*) FROM listings"), 0);
	now += HOUR;
	work_until("SELECT count(*) FROM tests", 2);
	now += 23 * HOUR;
	work_until("SELECT count(*) FROM tests", 3);
	now += 6 * 24 * HOUR;
	work_until("SELECT count(*) FROM tests", 4);
	assert_int_equal(number("SELECT count(*) FROM watch WHERE next_test_at IS NULL"), 1);
	assert_int_equal(number("SELECT count(*) FROM history WHERE who = 'opsprobe' AND why <> ''"
				" AND what IN ('remove', 'removal granted', 'watch over')"),
		3);
}

static void what_is_open_again_is_listed_again(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_REFUSED;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM listings", 0);
	fake_engine.answer = PROBE_OPEN;
	now += HOUR;
	work_until("SELECT count(*) FROM listing JOIN reason ON reason.id = reason_id"
		   " WHERE ended_at IS NULL AND text LIKE 'open proxy again:%'",
		1);
	assert_int_equal(number("SELECT count(*) FROM listing WHERE ended_at IS NOT NULL"), 1);
}

static void what_is_still_open_stays_until_the_next_request(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_OPEN;
	list(SUSPECT);
	int64_t id = file_of(REQUEST_REMOVAL, SUSPECT);
	struct request request;
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'denied'", 1);
	assert_int_equal(requests_get(admin, id, &request), ERR_NONE);
	/* NOW is 1970-01-12 13:46:40. */
	assert_non_null(strstr(request.why, "accepted from 1970-01-12 14:46 UTC on"));
	assert_int_equal(number("SELECT count(*) FROM listings"), 1);
	file_of(REQUEST_REMOVAL, SUSPECT);
	work_until(
		"SELECT count(*) FROM requests WHERE why LIKE '%accepted from 1970-01-12 15:46%'",
		1);
	assert_true(fake_engine.in_evidence);
}

static void a_nominated_host_that_is_open_is_listed_until_the_lists_time_is_over(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_OPEN;
	file_of(REQUEST_NOMINATION, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'granted'", 1);
	assert_int_equal(number("SELECT count(*) FROM listing WHERE expires_at = listed_at + "
				"7776000"),
		1);
	assert_int_equal(number("SELECT evidence_count FROM past_listings UNION ALL"
				" SELECT evidence_count FROM listings"),
		2);
}

static void an_inconclusive_host_is_tried_by_another_target_then_left_to_the_operator(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_LIAR;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'retry'", 1);
	assert_int_equal(fake_engine.first_target, 0);
	now += 600;
	work_until("SELECT count(*) FROM requests WHERE state = 'review'", 1);
	assert_int_equal(fake_engine.first_target, 1);
	assert_int_equal(number("SELECT count(*) FROM history WHERE who = 'opsprobe'"
				" AND what IN ('removal retry', 'removal review')"),
		2);
	assert_int_equal(number("SELECT count(*) FROM listings"), 1);
}

static void an_unreachable_host_is_tried_four_times_in_72_hours(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_FILTERED;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	for (int i = 1; i <= 3; i++) {
		work_until("SELECT count(*) FROM requests WHERE state = 'retry'", 1);
		work_until("SELECT count(*) FROM tests", i);
		now = number("SELECT next_test_at FROM request");
	}
	work_until("SELECT count(*) FROM requests WHERE state = 'review'", 1);
	assert_int_equal(now, NOW + 72 * HOUR);
	assert_int_equal(fake_engine.begun, 4);
}

static void nothing_is_judged_while_the_self_test_fails(void **state)
{
	struct addr address = a_network(SUSPECT).addr;
	static const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_PROBER, .writable = true, .wait_msecs = 1000};
	struct db *prober;
	int64_t id;

	(void)state;
	fake_engine.reaches_target = false;
	fake_engine.answer = PROBE_PORT_CLOSED;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM self_test WHERE passed = 0"
		   " AND why LIKE '%192.0.2.25 port 2525 cannot be reached%'",
		1);
	turn(400);
	assert_int_equal(fake_engine.begun, 0);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE state = 'open'"), 1);
	assert_int_equal(store_open(ops.path, &options, &prober, NULL), ERR_NONE);
	assert_int_equal(jobs_order(prober, &address, "root", now, &id), ERR_NONE);
	db_close(&prober);
	work_until("SELECT count(*) FROM tests WHERE verdict = 'void'"
		   " AND summary LIKE '%self-test failed%'",
		1);
	assert_int_equal(number("SELECT count(*) FROM listings"), 1);
}

static void a_worker_that_died_loses_nothing_and_decides_once(void **state)
{
	(void)state;
	fake_engine.holds = true;
	fake_engine.answer = PROBE_PORT_CLOSED;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM request WHERE test_began_at IS NOT NULL", 1);
	fake_engine_forget();
	worker_free(&worker);
	assert_int_equal(number("SELECT count(*) FROM request WHERE test_began_at IS NULL"), 1);
	fake_engine.holds = false;
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'granted'", 1);
	turn(400);
	assert_int_equal(number("SELECT count(*) FROM tests"), 1);
	assert_int_equal(number("SELECT count(*) FROM watch"), 1);
}

static void what_was_found_waits_for_a_locked_database(void **state)
{
	(void)state;
	fake_engine.holds = true;
	fake_engine.answer = PROBE_PORT_CLOSED;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until_begun(1);
	scratch_db_execute(&ops, "BEGIN IMMEDIATE");
	fake_engine_let_go_on();
	turn(1500);
	assert_int_equal(number("SELECT count(*) FROM tests"), 0);
	scratch_db_execute(&ops, "COMMIT");
	work_until("SELECT count(*) FROM requests WHERE state = 'granted'", 1);
	assert_int_equal(fake_engine.begun, 1);
}

static void what_was_found_waits_for_a_database_that_was_moved_away(void **state)
{
	char elsewhere[128];

	(void)state;
	fake_engine.holds = true;
	fake_engine.answer = PROBE_PORT_CLOSED;
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until_begun(1);
	/* All of it is in the file itself before that is deleted. */
	scratch_db_execute(&ops, "PRAGMA wal_checkpoint(TRUNCATE)");
	snprintf(elsewhere, sizeof(elsewhere), "%s-away", ops.path);
	assert_int_equal(rename(ops.path, elsewhere), 0);
	turn(400);
	fake_engine_let_go_on();
	turn(400);
	assert_int_equal(rename(elsewhere, ops.path), 0);
	work_until("SELECT count(*) FROM requests WHERE state = 'granted'", 1);
	assert_int_equal(fake_engine.begun, 1);
}

static void neighbours_wait_for_one_another(void **state)
{
	static const char *const addresses[] = {"198.18.7.9", "198.18.7.10", "198.18.7.11"};

	(void)state;
	fake_engine.holds = true;
	fake_engine.answer = PROBE_PORT_CLOSED;
	for (size_t i = 0; i < COUNT_OF(addresses); i++) {
		list(addresses[i]);
		file_of(REQUEST_REMOVAL, addresses[i]);
	}
	start_worker();
	work_until_begun(2);
	turn(400);
	assert_int_equal(fake_engine.begun, 2);
	fake_engine_let_go_on();
	work_until("SELECT count(*) FROM requests WHERE state = 'granted'", 3);
}

static void who_opted_out_is_not_tested(void **state)
{
	(void)state;
	write_conf("opt_out = {\"198.18.7.0/24\"}");
	list(SUSPECT);
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'denied'"
		   " AND why LIKE '%198.18.7.0/24 has opted out%'",
		1);
	assert_int_equal(fake_engine.begun, 0);
	assert_int_equal(number("SELECT count(*) FROM listings"), 1);
}

static void a_listed_network_is_left_to_the_operator(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_PORT_CLOSED;
	list("198.18.7.0/24");
	file_of(REQUEST_REMOVAL, SUSPECT);
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE state = 'review'"
		   " AND why LIKE '%198.18.7.0/24%'",
		1);
	assert_int_equal(number("SELECT count(*) FROM listings"), 1);
}

static void private_addresses_are_never_asked(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_OPEN;
	file_of(REQUEST_NOMINATION, "192.168.1.1");
	file_of(REQUEST_NOMINATION, "10.0.0.1");
	write_conf("allow_private = {\"10.0.0.0/8\"}");
	start_worker();
	work_until("SELECT count(*) FROM requests WHERE decided_at IS NOT NULL", 2);
	assert_int_equal(fake_engine.begun, 1);
	assert_int_equal(number("SELECT count(*) FROM requests WHERE ip = '192.168.1.1'"
				" AND state = 'denied' AND why LIKE '%private, RFC 1918%'"),
		1);
}

static void a_reload_takes_what_is_right_and_nothing_else(void **state)
{
	(void)state;
	fake_engine.answer = PROBE_OPEN;
	start_worker();
	work_until("SELECT count(*) FROM self_test WHERE passed = 1", 1);
	write_conf("no_such_option = 1");
	worker_reload(worker);
	write_conf("opt_out = {\"198.18.7.0/24\"}");
	worker_reload(worker);
	file_of(REQUEST_NOMINATION, SUSPECT);
	work_until("SELECT count(*) FROM requests WHERE state = 'review'", 1);
	assert_int_equal(fake_engine.begun, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(what_comes_off_is_watched_for_a_week),
		WITH_ALL(what_is_open_again_is_listed_again),
		WITH_ALL(what_is_still_open_stays_until_the_next_request),
		WITH_ALL(a_nominated_host_that_is_open_is_listed_until_the_lists_time_is_over),
		WITH_ALL(an_inconclusive_host_is_tried_by_another_target_then_left_to_the_operator),
		WITH_ALL(an_unreachable_host_is_tried_four_times_in_72_hours),
		WITH_ALL(nothing_is_judged_while_the_self_test_fails),
		WITH_ALL(a_worker_that_died_loses_nothing_and_decides_once),
		WITH_ALL(what_was_found_waits_for_a_locked_database),
		WITH_ALL(what_was_found_waits_for_a_database_that_was_moved_away),
		WITH_ALL(neighbours_wait_for_one_another),
		WITH_ALL(who_opted_out_is_not_tested),
		WITH_ALL(a_listed_network_is_left_to_the_operator),
		WITH_ALL(private_addresses_are_never_asked),
		WITH_ALL(a_reload_takes_what_is_right_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
