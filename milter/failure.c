/* SPDX-License-Identifier: BSD-2-Clause */
#include "milter/failure.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/log.h"

#define INTERVAL_MSECS 60000

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int64_t last_line_msecs;     /* guarded by mutex; 0: never */
static unsigned long long unlogged; /* since then; guarded by mutex */

/* Whether a line is due, and how many failures went without one before it. */
static bool line_is_due(unsigned long long *unlogged_r)
{
	int64_t now = clock_monotonic_msecs();

	pthread_mutex_lock(&mutex);
	bool due = last_line_msecs == 0 || now - last_line_msecs >= INTERVAL_MSECS;
	*unlogged_r = unlogged;
	unlogged = due ? 0 : unlogged + 1;
	if (due)
		last_line_msecs = now;
	pthread_mutex_unlock(&mutex);
	return due;
}

void failure_log(const char *message)
{
	unsigned long long before;

	if (!line_is_due(&before))
		return;
	if (before == 0)
		log_error("%s; on_error decides about the mail", message);
	else
		log_error("%s; on_error decides about the mail; %llu failures since the last line",
			message, before);
}
