/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading hits, counting them, and purging. */
#include "store/hits.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "core/hit.h"
#include "store/db.h"
#include "store/migrate.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

static struct scratch_db hits;
static struct db *admin;

static int open_hits(void **state)
{
	static const struct db_options options = {
		.kind = DB_HITS, .role = ROLE_ADMIN, .writable = true, .wait_msecs = 1000};

	(void)state;
	scratch_db_open(&hits, DB_HITS);
	return store_open(hits.path, &options, &admin, NULL);
}

static int close_hits(void **state)
{
	(void)state;
	db_close(&admin);
	scratch_db_close(&hits);
	return 0;
}

/* A row with this number, time, client and list, from a sender. */
static void hit(int id, int at, const char *client, const char *list, const char *mail_from)
{
	static const char format[] = "INSERT INTO hit VALUES (%d, %d, x'%s', '%s', '', '', '%s', "
				     "'rcpt@example.org', '%s',"
				     " '%s', 'r', 1, 'rcpt', '%s', '550', '%s', '', '')";
	char sql[1024], key[33], ref[REF_SIZE];
	struct addr addr;

	assert_int_equal(addr_parse(client, &addr), ERR_NONE);
	for (size_t i = 0; i < sizeof(addr.octets); i++)
		snprintf(key + 2 * i, 3, "%02x", addr.octets[i]);
	hit_ref_format(id, 12345, ref);
	snprintf(sql, sizeof(sql), format, id, at, key, client, mail_from, list, client,
		id % 2 ? "refused" : "exempt", ref);
	scratch_db_execute(&hits, sql);
}

static void some_hits(void)
{
	hit(1, 100, "198.18.7.9", "ops", "a@Example.org");
	hit(2, 200, "198.18.8.1", "dul", "\"a@b\"@example.org");
	hit(3, 300, "2001:db8::1", "ops", "x@example.net");
	hit(4, 86500, "198.18.7.9", "ops", "");
	hit(5, 86500, "198.18.7.9", "ops", "x@example.org");
}

static void take(void *context, const struct hit_row *row)
{
	text_add_format(context, "%d ", (int)row->id);
}

static void assert_hits(const struct hits_filter *filter, const char *network, const char *expected)
{
	struct hits_filter copy = *filter;
	struct network parsed;
	char buffer[256];
	struct text text = TEXT_OVER(buffer);

	if (network != NULL) {
		assert_int_equal(network_parse(network, &parsed), ERR_NONE);
		copy.network = &parsed;
	}
	assert_int_equal(hits_each(admin, &copy, take, &text), ERR_NONE);
	assert_string_equal(buffer, expected);
}

static const struct hits_filter all = {.since = INT64_MIN, .until = INT64_MAX, .limit = -1};

static void they_come_newest_first_within_what_is_asked_for(void **state)
{
	struct hits_filter filter = all;

	(void)state;
	some_hits();
	assert_hits(&all, NULL, "5 4 3 2 1 ");
	filter.limit = 2;
	assert_hits(&filter, NULL, "5 4 ");
	filter = all;
	filter.since = 200;
	filter.until = 300;
	assert_hits(&filter, NULL, "3 2 ");
	filter = all;
	filter.list = "dul";
	assert_hits(&filter, NULL, "2 ");
}

static void a_network_gives_the_clients_in_it(void **state)
{
	struct hits_filter filter = all;

	(void)state;
	some_hits();
	assert_hits(&all, "198.18.7.9", "5 4 1 ");
	assert_hits(&all, "198.18.0.0/16", "5 4 2 1 ");
	assert_hits(&all, "198.18.9.0/24", "");
	assert_hits(&all, "0.0.0.0/0", "5 4 2 1 ");
	/* The two address families are apart. */
	assert_hits(&all, "::/0", "3 ");
	filter.limit = 2;
	filter.until = 300;
	filter.list = "ops";
	assert_hits(&filter, "198.18.0.0/16", "1 ");
}

static void a_reference_opens_its_one_hit(void **state)
{
	char ref[REF_SIZE], buffer[64];
	struct text text = TEXT_OVER(buffer);

	(void)state;
	some_hits();
	hit_ref_format(3, 12345, ref);
	assert_int_equal(hits_find(admin, ref, take, &text), ERR_NONE);
	assert_string_equal(buffer, "3 ");
	hit_ref_format(3, 12346, ref);
	assert_int_equal(hits_find(admin, ref, take, &text), ERR_NOT_FOUND);
	assert_int_equal(hits_find(admin, "no reference", take, &text), ERR_SYNTAX);
	assert_string_equal(buffer, "3 ");
}

static void take_count(void *context, const struct hits_count *count)
{
	text_add_format(context, "%s %d=%d+%d+%d of %d\n", count->key, (int)count->hits,
		(int)count->refused, (int)count->deferred, (int)count->other, (int)count->clients);
}

static void assert_counts(enum hits_group group, const char *expected)
{
	char buffer[512];
	struct text text = TEXT_OVER(buffer);

	assert_int_equal(hits_count(admin, group, 0, 90000, 2, take_count, &text), ERR_NONE);
	assert_string_equal(buffer, expected);
}

static void they_are_counted_by_day_list_network_and_sender_domain(void **state)
{
	(void)state;
	some_hits();
	assert_counts(HITS_BY_DAY, "1970-01-01 3=2+0+1 of 3\n1970-01-02 2=1+0+1 of 1\n");
	assert_counts(HITS_BY_LIST, "ops 4=3+0+1 of 2\ndul 1=0+0+1 of 1\n");
	assert_counts(HITS_BY_NETWORK, "198.18.7.9 3=2+0+1 of 1\n198.18.8.1 1=0+0+1 of 1\n");
	assert_counts(HITS_BY_SENDER_DOMAIN, "example.org 3=2+0+1 of 2\n<> 1=0+0+1 of 1\n");
}

static void a_purge_works_in_batches_and_no_number_is_used_again(void **state)
{
	int64_t deleted;

	(void)state;
	scratch_db_execute(&hits,
		"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
		" INSERT INTO hit SELECT i, i, zeroblob(16), '', '', '', '', '', 'ops', '', '', 1,"
		" 'rcpt', 'refused', '', printf('%014d', i), '', '' FROM n");
	assert_int_equal(hits_purge_some(admin, 2301, &deleted), ERR_NONE);
	assert_int_equal(deleted, HITS_PURGE_BATCH);
	assert_int_equal(scratch_db_int(&hits, "SELECT min(at) FROM hit"), HITS_PURGE_BATCH + 1);
	assert_int_equal(hits_purge_some(admin, 2301, &deleted), ERR_NONE);
	assert_int_equal(deleted, 300);
	assert_int_equal(hits_purge_some(admin, INT64_MAX, &deleted), ERR_NONE);
	assert_int_equal(db_give_back(admin), ERR_NONE);
	assert_int_equal(scratch_db_int(&hits, "PRAGMA freelist_count"), 0);
	assert_int_equal(scratch_db_int(&hits, "SELECT seq FROM sqlite_sequence"), 2500);
}

#define WITH_HITS(test) cmocka_unit_test_setup_teardown(test, open_hits, close_hits)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HITS(they_come_newest_first_within_what_is_asked_for),
		WITH_HITS(a_network_gives_the_clients_in_it),
		WITH_HITS(a_reference_opens_its_one_hit),
		WITH_HITS(they_are_counted_by_day_list_network_and_sender_domain),
		WITH_HITS(a_purge_works_in_batches_and_no_number_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
