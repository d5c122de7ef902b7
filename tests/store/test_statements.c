/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan that SQLite makes for each statement, for a fresh database and for one with a million
 * rows. */
#include <stdio.h>
#include <string.h>

#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

/* What ANALYZE would write about such a database: table, index, the rows in the index, and how many
 * of them share the first column's value, the first two columns' values, and so on. */
static const char ops_statistics[] =
	"INSERT INTO sqlite_stat1 VALUES"
	" ('list', NULL, '6'),"
	" ('prefix_length', NULL, '60'),"
	" ('change', 'change_address', '1000000 3'),"
	" ('change', 'change_at', '1000000 2'),"
	" ('evidence', NULL, '1000000'),"
	" ('evidence', 'evidence_body', '1000000 2'),"
	" ('evidence', 'evidence_kind', '1000000 200000 100000 2'),"
	" ('repeated_request', 'repeated_request_of', '1000000 2'),"
	" ('repeated_request', 'sqlite_autoindex_repeated_request_1', '1000000 1'),"
	" ('reason', 'sqlite_autoindex_reason_1', '10000 1'),"
	" ('listing', NULL, '2000000'),"
	" ('listing', 'listing_in_force', '1000000 2 2 1'),"
	" ('listing', 'listing_ended', '1000000 30000 2'),"
	" ('listing_evidence', 'listing_evidence', '1000000 2 1'),"
	" ('listing_evidence', 'listing_evidence_evidence', '1000000 2'),"
	" ('exemption', NULL, '2000'),"
	" ('exemption', 'exemption_in_force', '1000 30 1'),"
	" ('request', 'request_address', '1000000 3'),"
	" ('request', 'request_due', '100 1'),"
	" ('request', 'request_evidence', '500000 1'),"
	" ('request', 'request_state', '1000000 500000 100000'),"
	" ('request', 'request_nomination', '500000 2 1'),"
	" ('request', 'request_denied', '400000 2 1'),"
	" ('request', 'request_waiting', '1000 2'),"
	" ('request', 'sqlite_autoindex_request_1', '1000000 2'),"
	" ('test', 'test_address', '1000000 5'),"
	" ('test', 'test_evidence', '1000000 1'),"
	" ('test', 'test_request', '500000 2'),"
	" ('test', 'test_verdict', '1000000 200000'),"
	" ('watch', NULL, '100000'),"
	" ('watch', 'watch_under_way', '100 1 1'),"
	" ('watch', 'watch_due', '100 1'),"
	" ('test_order', NULL, '1000'),"
	" ('test_order', 'test_order_due', '10 1')";
static const char hits_statistics[] = "INSERT INTO sqlite_stat1 VALUES"
				      " ('hit', 'hit_at', '1000000 2'),"
				      " ('hit', 'hit_client', '1000000 20 1'),"
				      " ('counter', 'counter', '30 1')";

static const char without_statistics[] =
	"SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name <> 'list'"
	" AND name NOT IN (SELECT idx FROM sqlite_stat1 WHERE idx IS NOT NULL)";

/* What stays small, and what a statement makes itself of few rows: each may be read as a whole. */
static const char *const small[] = {"list", "prefix_length", "exemption", "counter",
	"sqlite_sequence", "CONSTANT", "length", "covering", "exempting", "turn", "asked", "tested",
	"event", "related", "nearest", "(subquery-3)", "since"};

/* Indexes for counting: a value has many rows, so nothing is to be searched by it. */
static const char *const coarse[] = {"request_state", "test_verdict"};

/* The statements that read a large table as a whole, as nothing else would do. */
static struct {
	enum statement_id id;
	const char *step;
	int used;
} whole[] = {
	/* All listings of a list: an export, and an import that replaces them. */
	{LISTINGS_OF_LIST, "SCAN listing", 0},
	{UNENDED_OF_LIST, "SCAN listing", 0},
	/* Counts, at most once a minute; those of requests and tests from a small index. */
	{COUNT_LISTINGS, "SCAN listing", 0},
	{COUNT_EXPIRED, "SCAN listing", 0},
	{COUNT_REQUESTS, "SCAN request USING COVERING INDEX request_state", 0},
	{COUNT_TESTS, "SCAN test USING COVERING INDEX test_verdict", 0},
	/* The daily purge collects the evidence of all listings once. */
	{PURGE_EVIDENCE, "SCAN listing", 0},
	{COUNT_UNDECIDED, "SCAN request USING INDEX request_waiting", 0},
	/* The inbox is small: the worker empties it four times a second. */
	{NEXT_FILING, "SCAN filing", 0},
	{COUNT_FILINGS, "SCAN filing", 0},
	/* All undecided requests, which is all of this index. */
	{UNDECIDED_REQUESTS, "SCAN request USING INDEX request_waiting", 0},
	/* All that is in the file. */
	{CHECK_INTEGRITY, "SCAN pragma_", 0},
	/* max() and min() are the two ends of an index or a table. */
	{NEWEST_HIT, "SEARCH hit USING COVERING INDEX hit_at", 0},
	{NEWEST_CHANGE, "SEARCH change USING COVERING INDEX change_at", 0},
	{LAST_HIT_ID, "SEARCH hit", 0},
	{OLDEST_UNDECIDED_REQUEST, "SEARCH request USING INDEX request_waiting", 0},
};

static bool is_small(const char *table)
{
	size_t length = strcspn(table, " ");

	for (size_t i = 0; i < COUNT_OF(small); i++)
		if (strlen(small[i]) == length && strncmp(small[i], table, length) == 0)
			return true;
	return false;
}

static bool reads_whole_table(const char *step)
{
	if (strncmp(step, "SCAN ", 5) == 0)
		return !is_small(step + 5);
	return strncmp(step, "SEARCH ", 7) == 0 && strstr(step, " (") == NULL &&
	       !is_small(step + 7);
}

static bool is_excepted(enum statement_id id, const char *step)
{
	for (size_t i = 0; i < COUNT_OF(whole); i++)
		if (whole[i].id == id && strncmp(step, whole[i].step, strlen(whole[i].step)) == 0)
			return ++whole[i].used > 0;
	return false;
}

static bool uses_coarse_index(const char *step)
{
	for (size_t i = 0; i < COUNT_OF(coarse); i++)
		if (strncmp(step, "SEARCH ", 7) == 0 && strstr(step, coarse[i]) != NULL)
			return true;
	return false;
}

/* AUTOMATIC: an index that is made for one run. ANY: an index that is skipped through without its
 * first column. */
static void check_step(enum statement_id id, const char *step)
{
	if (strstr(step, "AUTOMATIC") != NULL || strstr(step, "(ANY(") != NULL ||
		uses_coarse_index(step) || (reads_whole_table(step) && !is_excepted(id, step)))
		fail_msg("%s\n%s", step, statement_texts[id].sql);
}

static void check_plan(struct scratch_db *scratch, enum statement_id id)
{
	char sql[8192];
	sqlite3_stmt *plan;

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", statement_texts[id].sql);
	if (sqlite3_prepare_v2(scratch->sqlite, sql, -1, &plan, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(scratch->sqlite));
	while (sqlite3_step(plan) == SQLITE_ROW)
		check_step(id, (const char *)sqlite3_column_text(plan, 3));
	sqlite3_finalize(plan);
}

/* Without statistics for an empty string: as a database is whose administrator never ran ANALYZE.
 */
static void check_plans(enum db_kind kind, const char *statistics)
{
	struct scratch_db scratch;

	scratch_db_open(&scratch, kind);
	/* An insert's plan would contain searches for children of the new row, which are skipped.
	 */
	scratch_db_execute(&scratch, "PRAGMA foreign_keys = off");
	if (statistics[0] != '\0') {
		scratch_db_execute(&scratch, "ANALYZE; DELETE FROM sqlite_stat1");
		scratch_db_execute(&scratch, statistics);
		assert_int_equal(scratch_db_int(&scratch, without_statistics), 0);
		scratch_db_execute(&scratch, "ANALYZE sqlite_schema");
	}
	for (int id = 0; id < STATEMENT_COUNT; id++)
		if (statement_texts[id].kind == kind || statement_texts[id].kind == DB_ANY)
			check_plan(&scratch, (enum statement_id)id);
	scratch_db_close(&scratch);
}

static void no_statement_reads_a_large_table_as_a_whole(void **state)
{
	(void)state;
	check_plans(DB_OPS, ops_statistics);
	check_plans(DB_HITS, hits_statistics);
	check_plans(DB_INBOX, "INSERT INTO sqlite_stat1 VALUES"
			      " ('filing', 'sqlite_autoindex_filing_1', '1000 1')");
}

static void nor_in_a_database_without_statistics(void **state)
{
	(void)state;
	check_plans(DB_OPS, "");
	check_plans(DB_HITS, "");
	check_plans(DB_INBOX, "");
}

static void each_exception_is_needed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(whole); i++)
		if (whole[i].used < 2)
			fail_msg("%s\n%s", whole[i].step, statement_texts[whole[i].id].sql);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_statement_reads_a_large_table_as_a_whole),
		cmocka_unit_test(nor_in_a_database_without_statistics),
		cmocka_unit_test(each_exception_is_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
