/* SPDX-License-Identifier: BSD-2-Clause */
/* Who holds which reading of the configuration, and when one is freed. */
#include "daemon/snapshot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "tests/support/unit.h"

#define THREADS 4
#define ROUNDS 2000

static struct snapshot_slot slot;
static atomic_int freed;

static void count_free(struct snapshot *snapshot)
{
	freed++;
	free(snapshot);
}

static struct snapshot *make(void)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

	assert_non_null(snapshot);
	snapshot->free = count_free;
	return snapshot;
}

static int begin(void **state)
{
	(void)state;
	freed = 0;
	return 0;
}

static void without_a_current_one_there_is_nothing_to_hold(void **state)
{
	(void)state;
	assert_null(snapshot_hold(&slot));
	snapshot_release(NULL);
	snapshot_install(&slot, NULL);
	assert_int_equal(freed, 0);
}

static void one_that_nobody_holds_is_freed_at_the_next_install(void **state)
{
	struct snapshot *second = make();

	(void)state;
	snapshot_install(&slot, make());
	assert_int_equal(freed, 0);
	snapshot_install(&slot, second);
	assert_int_equal(freed, 1);
	struct snapshot *held = snapshot_hold(&slot);
	assert_ptr_equal(held, second);
	snapshot_release(held);
	assert_int_equal(freed, 1);
	snapshot_install(&slot, NULL);
	assert_int_equal(freed, 2);
}

static void the_last_hold_keeps_it(void **state)
{
	(void)state;
	snapshot_install(&slot, make());
	struct snapshot *held = snapshot_hold(&slot);
	snapshot_hold_again(held);
	snapshot_install(&slot, NULL);
	assert_null(snapshot_hold(&slot));
	snapshot_release(held);
	assert_int_equal(freed, 0);
	snapshot_release(held);
	assert_int_equal(freed, 1);
}

static void *hold_and_release(void *unused)
{
	(void)unused;
	for (int i = 0; i < ROUNDS; i++)
		snapshot_release(snapshot_hold(&slot));
	return NULL;
}

static void each_is_freed_once_while_many_threads_hold_them(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hold_and_release, NULL), 0);
	for (int i = 0; i < ROUNDS; i++)
		snapshot_install(&slot, make());
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	snapshot_install(&slot, NULL);
	assert_int_equal(freed, ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(without_a_current_one_there_is_nothing_to_hold, begin),
		cmocka_unit_test_setup(one_that_nobody_holds_is_freed_at_the_next_install, begin),
		cmocka_unit_test_setup(the_last_hold_keeps_it, begin),
		cmocka_unit_test_setup(each_is_freed_once_while_many_threads_hold_them, begin),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
