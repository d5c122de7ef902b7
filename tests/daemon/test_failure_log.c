/* SPDX-License-Identifier: BSD-2-Clause */
/* The log of failures that are met again and again. */
#include "daemon/failure_log.h"

#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "tests/support/capture.h"
#include "tests/support/unit.h"

#define THREADS 4
#define FAILURES 250

/* A minute passes. */
static void wait_a_minute(struct failure_log *log)
{
	log->logged_msecs -= 60000;
}

static void logs_the_first_failure_at_once_with_its_consequence(void **state)
{
	struct failure_log log = FAILURE_LOG_INIT("mail waits");
	struct capture capture;
	char text[256];

	(void)state;
	start_capture(&capture);
	failure_log_add(&log, "ops.db: locked");
	failure_log_add(&log, "ops.db: locked");
	end_capture(&capture, text, sizeof(text));
	assert_string_equal(text, "test: error: ops.db: locked; mail waits\n");
}

static void counts_those_of_a_minute_in_the_next_line(void **state)
{
	struct failure_log log = FAILURE_LOG_INIT("mail waits");
	struct capture capture;
	char text[256];

	(void)state;
	start_capture(&capture);
	for (int i = 0; i < 2; i++)
		failure_log_add(&log, "first");
	wait_a_minute(&log);
	for (int i = 0; i < 3; i++)
		failure_log_add(&log, "second");
	wait_a_minute(&log);
	failure_log_add(&log, "third");
	wait_a_minute(&log);
	failure_log_add(&log, "fourth");
	end_capture(&capture, text, sizeof(text));
	assert_string_equal(text, "test: error: first; mail waits\n"
				  "test: error: second; mail waits; 1 failure since the last line\n"
				  "test: error: third; mail waits; 2 failures since the last line\n"
				  "test: error: fourth; mail waits\n");
}

static void *fail_often(void *log)
{
	for (int i = 0; i < FAILURES; i++)
		failure_log_add(log, "failed");
	return NULL;
}

static void loses_no_failure_of_many_threads(void **state)
{
	struct failure_log log = FAILURE_LOG_INIT("mail waits");
	pthread_t threads[THREADS];
	struct capture capture;
	char text[256];

	(void)state;
	start_capture(&capture);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fail_often, &log), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	end_capture(&capture, text, sizeof(text));
	assert_string_equal(text, "test: error: failed; mail waits\n");
	assert_int_equal(log.unlogged, THREADS * FAILURES - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logs_the_first_failure_at_once_with_its_consequence),
		cmocka_unit_test(counts_those_of_a_minute_in_the_next_line),
		cmocka_unit_test(loses_no_failure_of_many_threads),
	};

	log_to_stderr("test");
	return cmocka_run_group_tests_name("failure_log", tests, NULL, NULL);
}
