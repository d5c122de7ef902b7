/* SPDX-License-Identifier: BSD-2-Clause */
/* Standard error as a text that a test can look at. */
#include "tests/support/capture.h"

#include <unistd.h>

#include "tests/support/unit.h"

void start_capture(struct capture *capture_r)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	capture_r->saved_stderr = dup(STDERR_FILENO);
	capture_r->read_end = ends[0];
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	close(ends[1]);
}

void end_capture(struct capture *capture, char *text_r, size_t size)
{
	size_t length = 0;
	ssize_t got;

	dup2(capture->saved_stderr, STDERR_FILENO);
	close(capture->saved_stderr);
	while ((got = read(capture->read_end, text_r + length, size - 1 - length)) > 0)
		length += (size_t)got;
	text_r[length] = '\0';
	close(capture->read_end);
}
