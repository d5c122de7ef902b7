/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of hosts, watches after a removal, and the prober's test of itself. */
#include "store/tests.h"

#include <assert.h>

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/evidence.h"

int tests_add(struct db *db, struct test *test, const struct evidence *transcript)
{
	int err = evidence_add(db, transcript, &test->evidence_id);

	if (err != ERR_NONE)
		return err;
	struct statement *insert = db_begin(db, ADD_TEST);
	db_bind_addr_text(insert, 1, &test->address);
	db_bind_int(insert, 2, test->at);
	db_bind_text(insert, 3, test->verdict);
	db_bind_text(insert, 4, test->egress[0] != '\0' ? test->egress : NULL);
	db_bind_text(insert, 5, test->summary);
	db_bind_text(insert, 6, test->open_ports);
	db_bind_id(insert, 7, test->request_id);
	db_bind_id(insert, 8, test->watch_id);
	db_bind_int(insert, 9, test->evidence_id);
	return db_insert(insert, &test->id);
}

void tests_read_row(struct statement *row, void *result_r)
{
	struct test *test_r = result_r;

	*test_r = (struct test){
		.id = db_int(row, 0),
		.at = db_int(row, 2),
		.request_id = db_int(row, 7),
		.watch_id = db_int(row, 8),
		.evidence_id = db_int(row, 9),
	};
	(void)!addr_parse(db_text(row, 1), &test_r->address);
	text_copy(test_r->verdict, sizeof(test_r->verdict), db_text(row, 3));
	text_copy(test_r->egress, sizeof(test_r->egress), db_text(row, 4));
	text_copy(test_r->summary, sizeof(test_r->summary), db_text(row, 5));
	text_copy(test_r->open_ports, sizeof(test_r->open_ports), db_text(row, 6));
}

int tests_each_of(struct db *db, const struct addr *address, int64_t limit,
	void (*take)(void *context, const struct test *test), void *context)
{
	struct statement *row = db_begin(db, TESTS_OF_ADDRESS);
	struct test test;
	int more;

	db_bind_addr_text(row, 1, address);
	db_bind_int(row, 2, limit);
	while ((more = db_step(row)) > 0) {
		tests_read_row(row, &test);
		take(context, &test);
	}
	return more;
}

int tests_of_request(struct db *db, int64_t request_id, struct test *test_r)
{
	struct statement *row = db_begin(db, TEST_OF_REQUEST);

	db_bind_int(row, 1, request_id);
	return db_read_one(row, tests_read_row, test_r);
}

int tests_latest_at(struct db *db, const struct addr *address, bool for_removal, int64_t *at_r)
{
	struct statement *row = db_begin(db, for_removal ? LATEST_REMOVAL_TEST_AT : LATEST_TEST_AT);

	db_bind_addr_text(row, 1, address);
	return db_get_int(row, at_r);
}

int tests_count(struct db *db, void (*take)(void *context, const char *verdict, int64_t count),
	void *context)
{
	struct statement *row = db_begin(db, COUNT_TESTS);
	int more;

	while ((more = db_step(row)) > 0)
		take(context, db_text(row, 0), db_int(row, 1));
	return more;
}

int64_t watch_due_secs(int tests)
{
	static const int64_t due_secs[WATCH_TESTS] = {3600, 86400, 7 * 86400};

	assert(tests >= 0 && tests < WATCH_TESTS);
	return due_secs[tests];
}

int watches_begin(
	struct db *db, const struct addr *address, int list_id, int64_t listing_id, int64_t now)
{
	struct statement *insert = db_begin(db, ADD_WATCH);

	db_bind_addr_text(insert, 1, address);
	db_bind_int(insert, 2, list_id);
	db_bind_int(insert, 3, listing_id);
	db_bind_int(insert, 4, now);
	db_bind_int(insert, 5, now + watch_due_secs(0));
	return db_run(insert);
}

static void read_self_test(struct statement *row, void *result_r)
{
	struct self_test *self_test_r = result_r;

	self_test_r->at = db_int(row, 0);
	self_test_r->passed = db_int(row, 1) != 0;
	text_copy(self_test_r->why, sizeof(self_test_r->why), db_text(row, 2));
}

int self_test_read(struct db *db, struct self_test *self_test_r)
{
	*self_test_r = (struct self_test){0};
	int err = db_read_one(db_begin(db, GET_SELF_TEST), read_self_test, self_test_r);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

int self_test_write(struct db *db, const struct self_test *self_test)
{
	struct statement *insert = db_begin(db, SET_SELF_TEST);

	db_bind_int(insert, 1, self_test->at);
	db_bind_int(insert, 2, self_test->passed);
	db_bind_text(insert, 3, self_test->why);
	return db_run(insert);
}
