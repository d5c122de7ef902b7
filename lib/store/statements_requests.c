/* SPDX-License-Identifier: BSD-2-Clause */
/* The way out: requests, tests and the prober's jobs. */
#include "store/statements.h"

/* The columns of struct request and of struct test. */
#define REQUEST_COLUMNS                                                                  \
	"request.id, kind, state, address, list_id, list.name, requested_at, filed_by, " \
	"filed_from, contact, note, token, waived, next_test_at, tests, test_began_at, " \
	"decided_at, decided_by, verdict, why, evidence_id"
#define TEST_COLUMNS                                                                    \
	"id, address, at, verdict, egress, summary, open_ports, request_id, watch_id, " \
	"evidence_id"

const struct statement_text statements_of_requests[STATEMENT_COUNT - ADD_REQUEST] = {
	/* One request at a time is undecided of an address on a list (FIND_UNDECIDED_REQUEST). */
	[ADD_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_ANY,
		"INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, "
		"filed_from, contact, note,"
		" token, waived, next_test_at, tests, evidence_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0, ?13)"},

	[GET_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_ANY,
		"SELECT " REQUEST_COLUMNS " FROM request JOIN list ON list.id = list_id"
		" WHERE request.id = ?1"},

	[FIND_REQUEST_OF_TOKEN - ADD_REQUEST] = {DB_OPS, ROLE_ANY,
		"SELECT " REQUEST_COLUMNS " FROM request JOIN list ON list.id = list_id"
		" WHERE token = ?1"},

	[FIND_UNDECIDED_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_ANY,
		"SELECT id FROM request WHERE kind = ?1 AND address = ?2 AND list_id = ?3"
		" AND decided_at IS NULL"},

	[FIND_NOMINATION - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT EXISTS (SELECT 1 FROM request"
		" WHERE kind = 'nomination' AND address = ?1 AND decided_at IS NULL)"},

	/* What became of an address's removal requests since it came off the list last. */
	[RECORD_OF_REQUESTS - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT coalesce(sum(state = 'denied'), 0), coalesce(max(decided_at), 0), "
		"coalesce(max(waived), 0)"
		" FROM request WHERE kind = 'removal' AND address = ?1 AND list_id = ?2"
		" AND id > coalesce((SELECT max(id) FROM request WHERE kind = 'removal'"
		" AND address = ?1 AND list_id = ?2 AND state = 'granted'), 0)"},

	[UNDECIDED_REQUESTS - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_SITE,
		"SELECT " REQUEST_COLUMNS " FROM request JOIN list ON list.id = list_id"
		" WHERE decided_at IS NULL ORDER BY requested_at, request.id"},

	[COUNT_REQUESTS - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_SITE,
		"SELECT kind, state, count(*) FROM request GROUP BY kind, state"},

	[OLDEST_UNDECIDED_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_SITE,
		"SELECT min(requested_at) FROM request WHERE decided_at IS NULL"},

	/* After a test that decided nothing. What was decided meanwhile stays as it is. */
	[SET_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE request SET state = ?2, next_test_at = ?3, verdict = ?4, why = ?5,"
		" tests = tests + 1, test_began_at = NULL WHERE id = ?1 AND decided_at IS NULL"},

	/* To the operator, without a test. */
	[REVIEW_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE request SET state = 'review', next_test_at = NULL, why = ?2, test_began_at "
		"= NULL"
		" WHERE id = ?1 AND decided_at IS NULL"},

	[DECIDE_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER,
		"UPDATE request SET state = ?2, decided_at = max(?3, requested_at), decided_by = "
		"?4, why = ?5,"
		" verdict = coalesce(?6, verdict), tests = tests + (?6 IS NOT NULL),"
		" next_test_at = NULL, test_began_at = NULL WHERE id = ?1 AND decided_at IS NULL"},

	[CONFIRM_NOMINATION - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN,
		"UPDATE request SET state = 'open', next_test_at = ?2, why = ?3"
		" WHERE id = ?1 AND decided_at IS NULL"},

	[ADD_TEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"INSERT INTO test (address, at, verdict, egress, summary, open_ports, request_id, "
		"watch_id, evidence_id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"},

	[TESTS_OF_ADDRESS - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT " TEST_COLUMNS
		" FROM test WHERE address = ?1 ORDER BY at DESC, id DESC LIMIT ?2"},

	[TEST_OF_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT " TEST_COLUMNS " FROM test WHERE request_id = ?1 ORDER BY id DESC LIMIT 1"},

	[COUNT_TESTS - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_SITE,
		"SELECT verdict, count(*) FROM test GROUP BY verdict"},

	[GET_SELF_TEST - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
		"SELECT at, passed, why FROM self_test WHERE id = 1"},

	[SET_SELF_TEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"INSERT INTO self_test (id, at, passed, why) VALUES (1, ?1, ?2, ?3)"
		" ON CONFLICT DO UPDATE SET at = excluded.at, passed = excluded.passed, why = "
		"excluded.why"},

	/* One watch of an address and list is under way at a time; a newer removal begins it anew.
	 */
	[ADD_WATCH - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER,
		"INSERT INTO watch (address, list_id, listing_id, began_at, next_test_at, tests)"
		" VALUES (?1, ?2, ?3, ?4, ?5, 0)"
		" ON CONFLICT (address, list_id) WHERE next_test_at IS NOT NULL DO UPDATE SET"
		" listing_id = excluded.listing_id, began_at = excluded.began_at,"
		" next_test_at = excluded.next_test_at, tests = 0, test_began_at = NULL"},

	[SET_WATCH - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE watch SET next_test_at = ?2, ended_why = ?3, tests = tests + 1, "
		"test_began_at = NULL"
		" WHERE id = ?1 AND next_test_at IS NOT NULL"},

	[ADD_ORDER - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"INSERT INTO test_order (address, who, next_test_at) VALUES (?1, ?2, ?3)"},

	/* The order's own columns, then those of struct test. */
	[GET_ORDER - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"SELECT test.id, test.address, at, verdict, egress, summary, open_ports, "
		"request_id, "
		"watch_id, evidence_id, test_order.next_test_at, test_order.test_began_at"
		" FROM test_order LEFT JOIN test ON test.id = test_id WHERE test_order.id = ?1"},

	[SET_ORDER - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE test_order SET next_test_at = NULL, test_id = ?2, test_began_at = NULL"
		" WHERE id = ?1 AND next_test_at IS NOT NULL"},

	/* Due at ?1, at most ?2; the kinds are those of enum job_kind. Somebody waits for the
	 * first and the last. */
	[DUE_JOBS - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"SELECT kind, id, address, list_id, tests, due_at, began_at, evidence_id FROM ("
		"SELECT kind = 'nomination' AS kind, id, address, list_id, tests,"
		" next_test_at AS due_at, requested_at AS began_at, evidence_id"
		" FROM request WHERE next_test_at <= ?1"
		" UNION ALL"
		" SELECT 2, id, address, list_id, tests, next_test_at, began_at, NULL"
		" FROM watch WHERE next_test_at <= ?1"
		" UNION ALL"
		" SELECT 3, id, address, 0, 0, next_test_at, next_test_at, NULL"
		" FROM test_order WHERE next_test_at <= ?1)"
		" ORDER BY kind IN (1, 2), due_at, kind, id LIMIT ?2"},

	[NEXT_JOB - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		/* The conditions let the partial indices be used. */
		"SELECT min(at) FROM (SELECT min(next_test_at) AS at FROM request"
		" WHERE next_test_at IS NOT NULL"
		" UNION ALL SELECT min(next_test_at) FROM watch WHERE next_test_at IS NOT NULL"
		" UNION ALL SELECT min(next_test_at) FROM test_order"
		" WHERE next_test_at IS NOT NULL)"},

	[BEGIN_REQUEST_TEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE request SET test_began_at = ?2 WHERE id = ?1 AND next_test_at IS NOT NULL"},
	[BEGIN_WATCH_TEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE watch SET test_began_at = ?2 WHERE id = ?1 AND next_test_at IS NOT NULL"},
	[BEGIN_ORDER_TEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE test_order SET test_began_at = ?2 WHERE id = ?1 AND next_test_at IS NOT "
		"NULL"},

	[FORGET_REQUEST_TESTS - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE request SET test_began_at = NULL"
		" WHERE next_test_at IS NOT NULL AND test_began_at IS NOT NULL"},
	[FORGET_WATCH_TESTS - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE watch SET test_began_at = NULL"
		" WHERE next_test_at IS NOT NULL AND test_began_at IS NOT NULL"},
	[FORGET_ORDER_TESTS - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE test_order SET test_began_at = NULL"
		" WHERE next_test_at IS NOT NULL AND test_began_at IS NOT NULL"},

	[POSTPONE_REQUEST - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE request SET next_test_at = ?2, test_began_at = NULL"
		" WHERE id = ?1 AND next_test_at IS NOT NULL"},
	[POSTPONE_WATCH - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE watch SET next_test_at = ?2, test_began_at = NULL"
		" WHERE id = ?1 AND next_test_at IS NOT NULL"},
	[POSTPONE_ORDER - ADD_REQUEST] = {DB_OPS, ROLE_PROBER,
		"UPDATE test_order SET next_test_at = ?2, test_began_at = NULL"
		" WHERE id = ?1 AND next_test_at IS NOT NULL"},

	[ADD_LISTING_EVIDENCE - ADD_REQUEST] = {DB_OPS, ROLE_ADMIN | ROLE_PROBER,
		"INSERT INTO listing_evidence (listing_id, evidence_id) VALUES (?1, ?2)"
		" ON CONFLICT DO NOTHING"},
};
