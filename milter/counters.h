/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_COUNTERS_H
#define MILTER_COUNTERS_H

#include <stdbool.h>

struct conf;

/* What the filter counts since its start, for the site's metrics. */
enum counter {
	COUNTER_SESSIONS,      /* connections that the filter was asked about */
	COUNTER_LOOKUPS,       /* of them, those looked up in the database */
	COUNTER_LISTED,        /* of those, the ones that were listed */
	COUNTER_LOOKUP_ERRORS, /* look-ups that failed */
	COUNTER_HIT_ERRORS,    /* hits that could not be recorded in time */
	COUNTER_TRAPPED,       /* messages to trap recipients */
	COUNTER_NOMINATIONS,   /* of them, those that were filed */
	COUNTER_COUNT
};

/* Any thread; costs next to nothing. */
void counters_add(enum counter counter);

/*
 * Writes the counters and the hit log's commit times to the table `counter` of the hit log if they
 * have changed. If that fails, the next call tries again. One thread at a time.
 */
void counters_write(const struct conf *conf);

#endif
