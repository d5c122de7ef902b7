/* SPDX-License-Identifier: BSD-2-Clause */
/* The inbox: what a hit at a trap does to a host that was tested before. */
#include "tests/store/filings.h"

/* The watch over HOST, whose next test is due in a week. */
static void watch(void)
{
	list_network(HOST, NOW - 10, NOW - 5);
	scratch_db_execute(&ops,
		"INSERT INTO watch (address, list_id, listing_id, began_at, next_test_at, tests)"
		" VALUES ('" HOST "', 1, 1, 999995, 1604795, 2)");
}

static int64_t watch_due(void)
{
	return scratch_db_int(&ops, "SELECT next_test_at FROM watch");
}

static void trap(const char *token)
{
	struct filing filing = a_filing(REQUEST_NOMINATION, STRANGER, token);

	text_copy(filing.request.filed_by, sizeof(filing.request.filed_by), INBOX_FILTER);
	assert_int_equal(inbox_file(inbox, &filing), ERR_NONE);
}

static void a_trapped_host_that_was_closed_is_tested_again_after_its_rest(void **state)
{
	(void)state;
	trap("one");
	take_at(NOW);
	deny("closed", NOW + 5);
	watch();
	trap("two");
	take_at(NOW + 10);
	assert_int_not_equal(last.request_id, 0);
	assert_int_equal(count("request WHERE decided_at IS NULL"), 1);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT next_test_at FROM request WHERE decided_at IS NULL"),
		NOW + 5 + NOMINATION_COOLDOWN);
	assert_int_equal(watch_due(), NOW + 5 + NOMINATION_COOLDOWN);
	/* The nomination waits, perhaps for the operator; the next hit is news all the same. */
	add_test("inconclusive", NOW + 700);
	scratch_db_execute(&ops, "UPDATE watch SET next_test_at = 1604795");
	trap("three");
	take_at(NOW + 710);
	assert_int_equal(watch_due(), NOW + 700 + NOMINATION_COOLDOWN);
}

static void a_watch_is_not_put_off_by_a_trap_nor_brought_forward_by_a_visitor(void **state)
{
	(void)state;
	watch();
	add_test("closed", NOW - 5);
	file_it(REQUEST_NOMINATION, STRANGER, "one");
	take_at(NOW);
	assert_int_equal(watch_due(), 1604795);
	scratch_db_execute(&ops, "UPDATE watch SET next_test_at = 1000001");
	trap("two");
	take_at(NOW);
	assert_int_equal(watch_due(), 1000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(a_trapped_host_that_was_closed_is_tested_again_after_its_rest),
		WITH_ALL(a_watch_is_not_put_off_by_a_trap_nor_brought_forward_by_a_visitor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
