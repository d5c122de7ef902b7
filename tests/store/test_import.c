/* SPDX-License-Identifier: BSD-2-Clause */
/* Imports: a batch of listings that is taken whole or not at all. */
#include "store/import.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/batch.h"
#include "tests/store/admin_db.h"

static struct batch batch;
static struct import_result result;

static void put(const char *string, const char *reason)
{
	struct network network = a_network(string);

	assert_int_equal(batch_add(&batch, &network, reason, NOW, CLOCK_NEVER), ERR_NONE);
}

static int run(bool replace, bool (*progress)(void *context, size_t done), void *context)
{
	struct change change = a_change("import"), replacing = a_change("replace");
	struct evidence evidence = {
		.at = NOW, .who = "tester", .kind = "import", .source = "x", .octets = 9};
	struct import import = {
		.batch = &batch,
		.list_id = 1,
		.change = &change,
		.replace = replace ? &replacing : NULL,
		.evidence = &evidence,
		.progress = progress,
		.context = context,
	};

	memset(evidence.sha256, '0', SHA256_TEXT_SIZE - 1);
	batch_sort_by_address(&batch);
	batch_drop_duplicates(&batch);
	int err = import_batch(admin, &import, &result);
	batch_clear(&batch);
	return err;
}

static void a_batch_keeps_each_network_and_reason_once(void **state)
{
	char reason[16];

	(void)state;
	for (int i = 0; i < 3000; i++) {
		snprintf(reason, sizeof(reason), "%d", i % 1000);
		put(i % 2 ? "198.18.7.9" : "198.18.0.0/16", reason);
	}
	assert_int_equal(batch.reason_count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_string_equal(batch.reasons[batch.entries[i].reason], batch.reasons[i]);
	batch_sort_by_address(&batch);
	batch_drop_duplicates(&batch);
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.entries[0].network.prefix, 96 + 16);
	assert_string_equal(batch.reasons[batch.entries[0].reason], "0");
	assert_string_equal(batch.reasons[batch.entries[1].reason], "1");
	batch_clear(&batch);
	batch_clear(&batch);
}

static void what_is_in_force_is_kept_and_what_expired_makes_room(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "198.18.7.9", 10, 0);
	scratch_db_list(&ops, 1, "198.18.7.10", 10, NOW);
	scratch_db_list(&ops, 1, "198.18.7.11", 10, NOW - 5);
	put("198.18.7.9", "new");
	put("198.18.7.10", "new");
	put("198.18.7.11", "new");
	put("2600::/32", "open proxy");
	assert_int_equal(run(false, NULL, NULL), ERR_NONE);
	assert_int_equal(result.added, 3);
	assert_int_equal(result.kept, 1);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'expire'"), 1);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM reason"), 2);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM listing WHERE ended_at IS NULL"), 4);
}

static void replace_ends_what_the_batch_has_not_on_this_list_alone(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "198.18.7.9", 10, 0);
	scratch_db_list(&ops, 1, "198.18.7.0/24", 10, 0);
	scratch_db_list(&ops, 1, "2600::/32", 10, 0);
	scratch_db_list(&ops, 1, "198.18.9.9", 10, NOW - 1);
	scratch_db_list(&ops, 2, "198.18.8.8", 10, 0);
	put("198.18.7.9", "new");
	assert_int_equal(run(true, NULL, NULL), ERR_NONE);
	assert_int_equal(result.ended, 2);
	assert_int_equal(result.kept, 1);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM listing WHERE ended_at = 1000000"), 2);
	assert_int_equal(
		scratch_db_int(&ops,
			"SELECT count(*) FROM listing WHERE list_id = 2 AND ended_at IS NULL"),
		1);
}

static void nothing_new_leaves_no_trace(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "198.18.7.9", 10, 0);
	put("198.18.7.9", "new");
	assert_int_equal(run(true, NULL, NULL), ERR_NONE);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'import'"), 0);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM evidence WHERE kind = 'import'"), 0);
}

static bool stop_at_the_end(void *context, size_t done)
{
	return done < *(size_t *)context;
}

static void one_that_is_stopped_leaves_no_trace(void **state)
{
	size_t count = 2000;
	char address[32];

	(void)state;
	scratch_db_list(&ops, 1, "198.18.7.9", 10, 0);
	for (size_t i = 0; i < count; i++) {
		snprintf(address, sizeof(address), "198.19.%zu.%zu", i / 250, i % 250);
		put(address, "new");
	}
	assert_int_equal(run(true, stop_at_the_end, &count), ERR_STOPPED);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM listing WHERE ended_at IS NULL"), 1);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM evidence"), 1);
	/* The connection is as good as before. */
	put("198.18.7.10", "new");
	assert_int_equal(run(false, NULL, NULL), ERR_NONE);
	assert_int_equal(result.added, 1);
}

static void one_that_the_schema_refuses_leaves_no_trace(void **state)
{
	struct network network = a_network("198.18.7.11");

	(void)state;
	put("198.18.7.10", "new");
	assert_int_equal(batch_add(&batch, &network, "new", NOW, NOW), ERR_NONE);
	assert_int_equal(run(false, NULL, NULL), ERR_REFUSED);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM listing"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_keeps_each_network_and_reason_once),
		WITH_ADMIN(what_is_in_force_is_kept_and_what_expired_makes_room),
		WITH_ADMIN(replace_ends_what_the_batch_has_not_on_this_list_alone),
		WITH_ADMIN(nothing_new_leaves_no_trace),
		WITH_ADMIN(one_that_is_stopped_leaves_no_trace),
		WITH_ADMIN(one_that_the_schema_refuses_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
