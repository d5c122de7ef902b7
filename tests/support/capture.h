/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SUPPORT_CAPTURE_H
#define SUPPORT_CAPTURE_H

#include <stddef.h>

/* Standard error while it is a pipe; at most a pipe's capacity is written to it. */
struct capture {
	int saved_stderr;
	int read_end;
};

void start_capture(struct capture *capture_r);

/* Restores standard error and gives what was written to it, at most size - 1 octets. */
void end_capture(struct capture *capture, char *text_r, size_t size);

#endif
