/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole files: any octets, pipes, the limit, and what cannot be read. */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/support/unit.h"

static char path[] = "/tmp/opsmilter-file.XXXXXX";

static int make_file(void **state)
{
	int descriptor = mkstemp(path);

	(void)state;
	return descriptor < 0 || write(descriptor, "a\0b\n", 4) != 4 || close(descriptor) != 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void a_file_of_any_octets_is_read_whole_and_terminated(void **state)
{
	char *octets;
	size_t length;

	(void)state;
	assert_int_equal(file_read(path, 4, &octets, &length), ERR_NONE);
	assert_int_equal(length, 4);
	assert_memory_equal(octets, "a\0b\n", 5);
	free(octets);
}

static void a_longer_file_is_refused(void **state)
{
	char *octets;
	size_t length;

	(void)state;
	assert_int_equal(file_read(path, 3, &octets, &length), ERR_RANGE);
	assert_null(octets);
	assert_int_equal(length, 0);
}

static void an_empty_file_has_no_octets(void **state)
{
	char *octets;
	size_t length;

	(void)state;
	assert_int_equal(truncate(path, 0), 0);
	assert_int_equal(file_read(path, 9, &octets, &length), ERR_NONE);
	assert_int_equal(length, 0);
	assert_string_equal(octets, "");
	free(octets);
}

static void a_missing_file_and_a_folder_are_told_apart(void **state)
{
	char *octets;
	size_t length;

	(void)state;
	assert_int_equal(file_read("/nonexistent/file", 9, &octets, &length), ERR_NOT_FOUND);
	assert_null(octets);
	assert_int_equal(file_read("/", 9, &octets, &length), ERR_IO);
	assert_int_equal(errno, EISDIR);
	assert_null(octets);
}

static void a_pipe_or_a_device_is_refused_and_not_waited_for(void **state)
{
	char fifo[sizeof(path) + 5], *octets;
	size_t length;

	(void)state;
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(file_read(fifo, 9, &octets, &length), ERR_REFUSED);
	assert_null(octets);
	assert_int_equal(unlink(fifo), 0);
	assert_int_equal(file_read("/dev/zero", 9, &octets, &length), ERR_REFUSED);
}

static void without_a_path_standard_input_is_read(void **state)
{
	int ends[2], saved = dup(STDIN_FILENO);
	char *octets;
	size_t length;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	assert_int_equal(file_read(NULL, 9, &octets, &length), ERR_NONE);
	assert_string_equal(octets, "piped");
	free(octets);
	if (saved >= 0) {
		dup2(saved, STDIN_FILENO);
		close(saved);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_any_octets_is_read_whole_and_terminated),
		cmocka_unit_test(a_longer_file_is_refused),
		cmocka_unit_test(an_empty_file_has_no_octets),
		cmocka_unit_test(a_missing_file_and_a_folder_are_told_apart),
		cmocka_unit_test(a_pipe_or_a_device_is_refused_and_not_waited_for),
		cmocka_unit_test(without_a_path_standard_input_is_read),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
