/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists and their settings. */
#include "store/lists.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "tests/store/admin_db.h"

static struct lists lists;

static const struct list *list_named(const char *name)
{
	assert_int_equal(lists_read(admin, &lists), ERR_NONE);
	return lists_find(&lists, name);
}

static void a_new_database_has_the_six_lists(void **state)
{
	static const char *const names[] = {"ops", "rbl", "rss", "dul", "nml", "qil"};

	(void)state;
	assert_int_equal(lists_read(admin, &lists), ERR_NONE);
	assert_int_equal(lists.count, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_string_equal(lists.lists[i].name, names[i]);
	assert_int_equal(list_named("dul")->expires, CLOCK_NEVER);
	assert_int_equal(list_named("ops")->action, LIST_REFUSE);
	assert_null(list_named("nolist"));
}

static void a_list_is_read_as_it_was_set_and_the_change_is_stored(void **state)
{
	struct list list = *list_named("qil");
	struct change change = a_change("list set");

	(void)state;
	list.action = LIST_TAG;
	list.expires = 60;
	list.max_ipv6 = 48;
	assert_int_equal(lists_set(admin, &list, &change), ERR_NONE);
	assert_memory_equal(list_named("qil"), &list, sizeof(list));
	assert_int_equal(
		scratch_db_int(&ops,
			"SELECT count(*) FROM change WHERE what = 'list set' AND list_id = 6"),
		1);
}

static void what_the_schema_forbids_changes_nothing(void **state)
{
	struct list list = *list_named("ops");
	struct change change = a_change("list set");

	(void)state;
	list.dns_code = 1;
	assert_int_equal(lists_set(admin, &list, &change), ERR_REFUSED);
	text_copy(list.name, sizeof(list.name), "nolist");
	list.dns_code = 2;
	assert_int_equal(lists_set(admin, &list, &change), ERR_NOT_FOUND);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'list set'"), 0);
}

static void there_is_room_for_64_lists_of_different_names(void **state)
{
	struct list list = *list_named("ops");
	struct change change = a_change("list add");

	(void)state;
	assert_int_equal(lists_add(admin, &list, &change), ERR_EXISTS);
	for (int i = 6; i < LISTS_MAX; i++) {
		snprintf(list.name, sizeof(list.name), "list-%d", i);
		assert_int_equal(lists_add(admin, &list, &change), ERR_NONE);
		assert_int_equal(list.id, i + 1);
	}
	text_copy(list.name, sizeof(list.name), "one-more");
	assert_int_equal(lists_add(admin, &list, &change), ERR_RANGE);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'list add'"),
		LISTS_MAX - 6);
}

static void only_listings_in_force_are_counted(void **state)
{
	int64_t counts[LISTS_MAX];

	(void)state;
	scratch_db_list(&ops, 1, "198.18.0.1", 1, 0);
	scratch_db_list(&ops, 1, "198.18.0.2", 1, NOW + 1);
	scratch_db_list(&ops, 1, "198.18.0.3", 1, NOW);
	scratch_db_list(&ops, 3, "198.18.0.3", 1, 0);
	scratch_db_execute(&ops, "UPDATE listing SET ended_at = 5, ended_id = 100 WHERE id = 1");
	assert_int_equal(lists_read(admin, &lists), ERR_NONE);
	assert_int_equal(lists_count_listings(admin, &lists, NOW, counts), ERR_NONE);
	assert_int_equal(counts[0], 1);
	assert_int_equal(counts[1], 0);
	assert_int_equal(counts[2], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(a_new_database_has_the_six_lists),
		WITH_ADMIN(a_list_is_read_as_it_was_set_and_the_change_is_stored),
		WITH_ADMIN(what_the_schema_forbids_changes_nothing),
		WITH_ADMIN(there_is_room_for_64_lists_of_different_names),
		WITH_ADMIN(only_listings_in_force_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
