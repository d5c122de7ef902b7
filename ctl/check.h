/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CHECK_H
#define CTL_CHECK_H

#include "context.h"

enum check_outcome { CHECK_OK, CHECK_WARNING, CHECK_FAILED };

/*
 * Says what one check found, and how to mend it (mend, NULL for nothing to do), as a line on
 * standard output.
 */
void check_say(struct context *context, enum check_outcome outcome, const char *what,
	const char *mend, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The user and group of the daemon, and what the files' modes let it do. */
void check_files(struct context *context);

/* Whether the filter answers on its socket, by negotiating as a mail server does. */
void check_filter(struct context *context);

/* What the prober's latest test of itself found. The listings' database is open. */
void check_prober(struct context *context);

#endif
