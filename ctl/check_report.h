/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CHECK_REPORT_H
#define CTL_CHECK_REPORT_H

#include <stdbool.h>

/* A note names what does not run and need not. */
enum check_outcome { CHECK_OK, CHECK_NOTE, CHECK_WARNING, CHECK_FAILED };

/* Starts a report: lines for people, or JSON. */
void check_begin(bool json);

/* Reports what one check found on standard output. fix says what to do about it; NULL: nothing. */
void check_say(enum check_outcome outcome, const char *what, const char *fix, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* Whether a check was reported as failed. */
bool check_has_failed(void);

#endif
