/* SPDX-License-Identifier: BSD-2-Clause */
/* The limit on connections at once, and the queue for them. */
#include "probe/slots.h"

#include <event2/event.h>

#include "tests/support/unit.h"

#define MAX 2
#define WAITERS 5

static struct event_base *loop;
static struct slots *slots;
static struct slot_waiter waiters[WAITERS];
static int started[2 * WAITERS]; /* numbers of the waiters, in order */
static int start_count, idle_count;

static void on_start(struct slot_waiter *waiter)
{
	started[start_count++] = (int)(waiter - waiters);
}

static void on_idle(void *context)
{
	assert_ptr_equal(context, &idle_count);
	idle_count++;
}

static int set_up(void **state)
{
	(void)state;
	loop = event_base_new();
	slots = slots_new(loop, MAX, on_idle, &idle_count);
	for (int i = 0; i < WAITERS; i++)
		waiters[i] = (struct slot_waiter){.start = on_start};
	start_count = idle_count = 0;
	return loop == NULL || slots == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	slots_free(&slots);
	assert_null(slots);
	event_base_free(loop);
	return 0;
}

static void work(void)
{
	event_base_loop(loop, EVLOOP_NONBLOCK);
}

static void wait_all(void)
{
	for (int i = 0; i < WAITERS; i++)
		slots_wait(slots, &waiters[i]);
}

static void those_who_wait_start_from_the_loop_in_order(void **state)
{
	(void)state;
	wait_all();
	assert_int_equal(start_count, 0);
	work();
	assert_int_equal(start_count, MAX);
	assert_int_equal(started[0], 0);
	assert_int_equal(started[1], 1);
	assert_false(waiters[0].waits);
	assert_true(waiters[2].waits);
}

static void a_slot_that_is_given_back_starts_the_next(void **state)
{
	(void)state;
	wait_all();
	work();
	slots_give_back(slots);
	assert_int_equal(start_count, MAX);
	work();
	assert_int_equal(start_count, MAX + 1);
	assert_int_equal(started[MAX], 2);
	slots_give_back(slots);
	slots_give_back(slots);
	work();
	assert_int_equal(start_count, WAITERS);
}

static void who_leaves_is_not_started(void **state)
{
	(void)state;
	wait_all();
	slots_leave(slots, &waiters[0]);
	slots_leave(slots, &waiters[0]);
	work();
	assert_int_equal(start_count, MAX);
	assert_int_equal(started[0], 1);
	assert_int_equal(started[1], 2);
	/* It waits no more: nothing changes. */
	slots_leave(slots, &waiters[1]);
	work();
	assert_int_equal(start_count, MAX);
}

static void who_was_started_may_wait_again(void **state)
{
	(void)state;
	slots_wait(slots, &waiters[0]);
	work();
	slots_wait(slots, &waiters[0]);
	work();
	assert_int_equal(start_count, 2);
	assert_int_equal(started[1], 0);
}

static void idle_is_called_after_each_round(void **state)
{
	(void)state;
	wait_all();
	assert_int_equal(idle_count, 0);
	work();
	assert_int_equal(idle_count, 1);
	assert_int_equal(start_count, MAX);
	slots_give_back(slots);
	work();
	assert_int_equal(idle_count, 2);
}

#define WITH_SLOTS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SLOTS(those_who_wait_start_from_the_loop_in_order),
		WITH_SLOTS(a_slot_that_is_given_back_starts_the_next),
		WITH_SLOTS(who_leaves_is_not_started),
		WITH_SLOTS(who_was_started_may_wait_again),
		WITH_SLOTS(idle_is_called_after_each_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
