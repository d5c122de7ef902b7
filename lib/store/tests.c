/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/tests.h"

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/evidence.h"

static void bind_id(struct statement *statement, int parameter, int64_t id)
{
	if (id != 0)
		db_bind_int(statement, parameter, id);
	else
		db_bind_text(statement, parameter, NULL);
}

int tests_add(struct db *db, struct test *test, const struct evidence *transcript)
{
	char address[ADDR_TEXT_SIZE];
	int err = evidence_add(db, transcript, &test->evidence_id);

	if (err != ERR_NONE)
		return err;
	addr_format(&test->address, address);
	struct statement *insert = db_begin(db, ADD_TEST);
	db_bind_text(insert, 1, address);
	db_bind_int(insert, 2, test->at);
	db_bind_text(insert, 3, test->verdict);
	db_bind_text(insert, 4, test->egress[0] != '\0' ? test->egress : NULL);
	db_bind_text(insert, 5, test->summary);
	db_bind_text(insert, 6, test->open_ports);
	bind_id(insert, 7, test->request_id);
	bind_id(insert, 8, test->watch_id);
	db_bind_int(insert, 9, test->evidence_id);
	err = db_run(insert);
	test->id = err == ERR_NONE ? db_last_id(db) : 0;
	return err;
}

void tests_read_row(struct statement *row, struct test *test_r)
{
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
	char text[ADDR_TEXT_SIZE];
	struct test test;
	int more;

	addr_format(address, text);
	db_bind_text(row, 1, text);
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
	int more = db_step(row);
	if (more <= 0)
		return more == 0 ? ERR_NOT_FOUND : more;
	tests_read_row(row, test_r);
	db_finish(row);
	return ERR_NONE;
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

int self_test_read(struct db *db, struct self_test *self_test_r)
{
	struct statement *row = db_begin(db, GET_SELF_TEST);
	int more = db_step(row);

	*self_test_r = (struct self_test){0};
	if (more <= 0)
		return more;
	self_test_r->at = db_int(row, 0);
	self_test_r->passed = db_int(row, 1) != 0;
	text_copy(self_test_r->why, sizeof(self_test_r->why), db_text(row, 2));
	db_finish(row);
	return ERR_NONE;
}

int self_test_write(struct db *db, const struct self_test *self_test)
{
	struct statement *insert = db_begin(db, SET_SELF_TEST);

	db_bind_int(insert, 1, self_test->at);
	db_bind_int(insert, 2, self_test->passed);
	db_bind_text(insert, 3, self_test->why);
	return db_run(insert);
}
