/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CHECK_REPORT_H
#define CTL_CHECK_REPORT_H

#include <stdbool.h>

struct context;

enum check_outcome { CHECK_OK, CHECK_WARNING, CHECK_FAILED };

/* Reports what one check found as a line on standard output. fix says what to do about it; NULL:
 * nothing. */
void check_say(struct context *context, enum check_outcome outcome, const char *what,
	const char *fix, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Whether a check was reported as failed. */
bool check_has_failed(void);

#endif
