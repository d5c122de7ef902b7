/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_STORE_FILINGS_H
#define TESTS_STORE_FILINGS_H

/* Filings of one host in a scratch inbox, and the worker that takes them. */

#include "store/inbox.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/removals.h"
#include "tests/store/admin_db.h"

#define HOST "198.18.7.9"
#define OWNER HOST
#define STRANGER "198.51.100.7"
#define COOLDOWN 60
#define NOMINATION_COOLDOWN 600
#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

#define SPAM "Received: from x (unknown [198.18.7.9]) by mx.example.org; now\n\nbuy\n"

static struct scratch_db file;
static struct db *inbox, *prober;
static struct inbox_rules rules;
static struct inbox_taken last;
static int told;

static inline int open_all(void **state)
{
	static const struct db_options site = {
		.kind = DB_INBOX, .role = ROLE_ANY, .writable = true, .wait_msecs = 1000};
	static const struct db_options worker = {
		.kind = DB_OPS, .role = ROLE_PROBER, .writable = true, .wait_msecs = 1000};

	rules = (struct inbox_rules){
		.cooldown_secs = COOLDOWN,
		.nomination_cooldown_secs = NOMINATION_COOLDOWN,
		.caps = {.nominations_per_day = 10,
			.nomination_mb_per_day = 10,
			.nomination_mb = 10,
			.open_requests = 10},
	};
	told = 0;
	(void)open_admin(state);
	scratch_db_open(&file, DB_INBOX);
	assert_int_equal(store_open(file.path, &site, &inbox, NULL), ERR_NONE);
	return store_open(ops.path, &worker, &prober, NULL);
}

static inline int close_all(void **state)
{
	db_close(&inbox);
	db_close(&prober);
	scratch_db_close(&file);
	return close_admin(state);
}

static inline struct addr an_address(const char *string)
{
	struct addr addr;

	assert_int_equal(addr_parse(string, &addr), 0);
	return addr;
}

static inline struct filing a_filing(enum request_kind kind, const char *from, const char *token)
{
	struct filing filing = {
		.request = {.kind = kind,
			.address = an_address(HOST),
			.list = "ops",
			.requested_at = NOW,
			.filed_by = "visitor",
			.from_visitor = true,
			.filed_from = an_address(from),
			.contact = "owner@example.org",
			.note = "closed the port"},
	};

	text_copy(filing.request.token, sizeof(filing.request.token), token);
	if (kind == REQUEST_NOMINATION) {
		filing.spam = SPAM;
		filing.length = strlen(SPAM);
	}
	return filing;
}

static inline void file_it(enum request_kind kind, const char *from, const char *token)
{
	struct filing filing = a_filing(kind, from, token);

	assert_int_equal(inbox_file(inbox, &filing), ERR_NONE);
}

static inline void hear(void *context, const struct inbox_taken *taken)
{
	(void)context;
	last = *taken;
	told++;
}

static inline void take_at(int64_t now)
{
	struct db *failed;

	assert_int_equal(inbox_take(inbox, prober, &rules, now, hear, NULL, &failed), ERR_NONE);
}

static inline int64_t count(const char *what)
{
	char sql[256];
	struct text text = TEXT_OVER(sql);

	text_add_format(&text, "SELECT count(*) FROM %s", what);
	return scratch_db_int(&ops, sql);
}

static inline void add_test(const char *verdict, int64_t at)
{
	char sql[256];
	struct text text = TEXT_OVER(sql);

	text_add_format(&text,
		"INSERT INTO test (address, at, verdict, summary, evidence_id, request_id)"
		" VALUES ('" HOST "', %lld, '%s', '', 1,"
		" (SELECT id FROM request WHERE decided_at IS NULL))",
		(long long)at, verdict);
	scratch_db_execute(&ops, sql);
}

/* The worker's test ends and denies the newest request. */
static inline void deny(const char *verdict, int64_t at)
{
	char sql[512];
	struct text text = TEXT_OVER(sql);

	add_test(verdict, at);
	text_add_format(&text,
		"UPDATE request SET state = 'denied', decided_at = %lld, decided_by = 'opsprobe',"
		" verdict = '%s', next_test_at = NULL WHERE decided_at IS NULL",
		(long long)at, verdict);
	scratch_db_execute(&ops, sql);
}

#endif
