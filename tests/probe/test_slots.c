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
static struct slot_party party;
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
	slots_begin_party(&party, true);
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
		slots_wait(slots, &party, &waiters[i]);
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
	assert_null(waiters[0].party);
	assert_non_null(waiters[2].party);
}

static void a_slot_that_is_given_back_starts_the_next(void **state)
{
	(void)state;
	wait_all();
	work();
	slots_give_back(slots, &party);
	assert_int_equal(start_count, MAX);
	work();
	assert_int_equal(start_count, MAX + 1);
	assert_int_equal(started[MAX], 2);
	slots_give_back(slots, &party);
	slots_give_back(slots, &party);
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
	slots_wait(slots, &party, &waiters[0]);
	work();
	slots_wait(slots, &party, &waiters[0]);
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
	slots_give_back(slots, &party);
	work();
	assert_int_equal(idle_count, 2);
}

#define WITH_SLOTS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Parties with more waiters than there are slots. */
#define MANY 16
#define EACH 40
static struct slot_party parties[MANY];
static struct slot_waiter crowd[MANY][EACH];
static size_t had[MANY];

static void on_crowd_start(struct slot_waiter *waiter)
{
	had[(waiter - &crowd[0][0]) / EACH]++;
}

static void begin_party(size_t number, bool urgent)
{
	had[number] = 0;
	slots_begin_party(&parties[number], urgent);
	for (size_t i = 0; i < EACH; i++) {
		crowd[number][i] = (struct slot_waiter){.start = on_crowd_start};
		slots_wait(slots, &parties[number], &crowd[number][i]);
	}
}

static int set_up_large(void **state)
{
	(void)state;
	loop = event_base_new();
	slots = slots_new(loop, 40, on_idle, &idle_count);
	return 0;
}

static void a_quarter_is_kept_for_what_is_urgent(void **state)
{
	size_t sum = 0;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		begin_party(i, false);
	work();
	for (size_t i = 0; i < 10; i++) {
		assert_int_equal(had[i], 3); /* in turns */
		sum += had[i];
	}
	assert_int_equal(sum, 30);
	begin_party(10, true);
	work();
	assert_int_equal(had[10], 10);
}

static void a_party_has_no_more_than_a_quarter_while_others_wait(void **state)
{
	(void)state;
	begin_party(0, false);
	begin_party(1, false);
	work();
	assert_int_equal(had[0], 10);
	assert_int_equal(had[1], 10);
	begin_party(2, false);
	work();
	assert_int_equal(had[2], 10);
}

static void what_is_urgent_comes_before_what_waits_longer(void **state)
{
	(void)state;
	for (size_t i = 0; i < 4; i++)
		begin_party(i, false);
	work();
	begin_party(4, true);
	work();
	slots_give_back(slots, &parties[0]);
	work();
	assert_int_equal(had[4], 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_quarter_is_kept_for_what_is_urgent, set_up_large, tear_down),
		cmocka_unit_test_setup_teardown(
			a_party_has_no_more_than_a_quarter_while_others_wait, set_up_large,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_is_urgent_comes_before_what_waits_longer, set_up_large, tear_down),
		WITH_SLOTS(those_who_wait_start_from_the_loop_in_order),
		WITH_SLOTS(a_slot_that_is_given_back_starts_the_next),
		WITH_SLOTS(who_leaves_is_not_started),
		WITH_SLOTS(who_was_started_may_wait_again),
		WITH_SLOTS(idle_is_called_after_each_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
