/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines on standard error and in syslog. */
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/capture.h"
#include "tests/support/unit.h"

static void says_who_speaks_and_how_bad_it_is(void **state)
{
	struct capture capture;
	char text[256];

	(void)state;
	log_to_stderr("opsmilter");
	start_capture(&capture);
	log_error("no %s", "database");
	log_warning("text");
	log_info("%d lists", 6);
	end_capture(&capture, text, sizeof(text));
	assert_string_equal(text,
		"opsmilter: error: no database\nopsmilter: warning: text\nopsmilter: 6 lists\n");
}

/* JOURNAL_STREAM names the captured stream, or is off by something. */
static void log_with_stream(ino_t off_by, const char *expected)
{
	struct capture capture;
	struct stat status;
	char text[256], stream[64];

	start_capture(&capture);
	assert_int_equal(fstat(STDERR_FILENO, &status), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)status.st_dev,
		(uintmax_t)(status.st_ino + off_by));
	setenv("JOURNAL_STREAM", stream, 1);
	log_to_stderr("opsmilter");
	log_error("no database");
	log_info("ready");
	end_capture(&capture, text, sizeof(text));
	unsetenv("JOURNAL_STREAM");
	log_to_stderr("opsmilter");
	assert_string_equal(text, expected);
}

static void gives_the_journal_priorities_but_no_name(void **state)
{
	(void)state;
	log_with_stream(0, "<3>error: no database\n<6>ready\n");
	log_with_stream(1, "opsmilter: error: no database\nopsmilter: ready\n");
}

static void a_facility_can_change_to_one_that_exists(void **state)
{
	(void)state;
	assert_true(log_change_facility("local3"));
	assert_false(log_change_facility("post"));
	assert_true(log_change_facility("mail"));
}

static const struct {
	const char *name, *message, *line;
} HOSTILE[] = {
	{"line ends", "a\r\nb\n", "p: a??b?\n"},
	{"escape sequence", "\x1b[2Jx", "p: ?[2Jx\n"},
	{"8-bit octets", "\xc3\xa9\x9b", "p: ???\n"},
	{"delete and tab", "\x7f\t", "p: ??\n"},
	{"percent signs", "%s%n%%", "p: %s%n%%\n"},
	{"nothing", "", "p: \n"},
};

static void lets_no_control_characters_pass(void **state)
{
	(void)state;
	log_to_stderr("p");
	for (size_t i = 0; i < COUNT_OF(HOSTILE); i++) {
		struct capture capture;
		char text[256];

		start_capture(&capture);
		log_info("%s", HOSTILE[i].message);
		end_capture(&capture, text, sizeof(text));
		if (strcmp(text, HOSTILE[i].line) != 0)
			fail_msg("%s: \"%s\"", HOSTILE[i].name, text);
	}
}

static void a_line_that_is_too_long_is_cut_but_ends(void **state)
{
	struct capture capture;
	char message[10000], text[12000];

	(void)state;
	memset(message, 'x', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	log_to_stderr("p");
	start_capture(&capture);
	log_error("%s", message);
	log_error("next");
	end_capture(&capture, text, sizeof(text));
	assert_in_range(strchr(text, '\n') - text, 1000, 4000);
	assert_string_equal(strchr(text, '\n'), "\np: error: next\n");
}

static void leaves_errno_alone(void **state)
{
	struct capture capture;
	char text[256];

	(void)state;
	start_capture(&capture);
	close(STDERR_FILENO);
	errno = ENOSPC;
	log_error("nobody hears this");
	assert_int_equal(errno, ENOSPC);
	end_capture(&capture, text, sizeof(text));
	assert_string_equal(text, "");
}

static void knows_the_facilities_of_syslog(void **state)
{
	static const char *const KNOWN[] = {"mail", "daemon", "user", "auth", "local0", "local7"};
	static const char *const UNKNOWN[] = {"", "kern", "Mail", "mail ", "local8", "local", "2"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
		assert_true(log_facility_exists(KNOWN[i]));
	for (size_t i = 0; i < COUNT_OF(UNKNOWN); i++)
		assert_false(log_facility_exists(UNKNOWN[i]));
}

static void stays_on_standard_error_when_there_is_no_such_facility(void **state)
{
	struct capture capture;
	char text[256];

	(void)state;
	log_to_stderr("before");
	assert_false(log_to_syslog("after", "nonsense"));
	start_capture(&capture);
	log_warning("still here");
	end_capture(&capture, text, sizeof(text));
	assert_string_equal(text, "before: warning: still here\n");
}

static void writes_nothing_to_standard_error_when_it_logs_to_syslog(void **state)
{
	struct capture capture;
	char text[256];

	(void)state;
	assert_true(log_to_syslog("opsmilter-test", "user"));
	start_capture(&capture);
	log_info("a line of the unit tests");
	log_to_stderr("back");
	log_info("again");
	end_capture(&capture, text, sizeof(text));
	assert_string_equal(text, "back: again\n");
}

#define THREADS 4
#define LINES 100

static void *write_lines(void *letter)
{
	for (int i = 0; i < LINES; i++)
		log_info("%.*s", 60, (const char *)letter);
	return NULL;
}

static void lines_of_several_threads_do_not_mix(void **state)
{
	static char letters[THREADS][61];
	struct capture capture;
	pthread_t threads[THREADS];
	char text[THREADS * LINES * 64 + 1];

	(void)state;
	log_to_stderr("p");
	start_capture(&capture);
	for (int i = 0; i < THREADS; i++) {
		memset(letters[i], 'a' + i, 60);
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, letters[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	end_capture(&capture, text, sizeof(text));
	assert_int_equal(strlen(text), THREADS * LINES * 64);
	for (const char *line = text; *line; line += 64) {
		assert_memory_equal(line, "p: ", 3);
		assert_int_equal(strspn(line + 3, (char[]){line[3], '\0'}), 60);
		assert_int_equal(line[63], '\n');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_who_speaks_and_how_bad_it_is),
		cmocka_unit_test(gives_the_journal_priorities_but_no_name),
		cmocka_unit_test(a_facility_can_change_to_one_that_exists),
		cmocka_unit_test(lets_no_control_characters_pass),
		cmocka_unit_test(a_line_that_is_too_long_is_cut_but_ends),
		cmocka_unit_test(leaves_errno_alone),
		cmocka_unit_test(knows_the_facilities_of_syslog),
		cmocka_unit_test(stays_on_standard_error_when_there_is_no_such_facility),
		cmocka_unit_test(writes_nothing_to_standard_error_when_it_logs_to_syslog),
		cmocka_unit_test(lines_of_several_threads_do_not_mix),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
