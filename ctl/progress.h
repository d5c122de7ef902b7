/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_PROGRESS_H
#define CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A bar on standard error where that is a terminal, drawn at most ten times a second. */
struct progress {
	bool shown;
	const char *phase; /* "reading" */
	int64_t total;     /* 0: unknown */
	int64_t drawn_msecs;
};

/* Starts a phase; the bar of the one before is replaced. */
void progress_begin(struct progress *progress, const char *phase, int64_t total);
void progress_show(struct progress *progress, int64_t done);

/* Wipes the bar away. */
void progress_end(struct progress *progress);

#endif
