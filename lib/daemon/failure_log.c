/* SPDX-License-Identifier: BSD-2-Clause */
/* One line a minute about what fails again and again. */
#include "daemon/failure_log.h"

#include "base/clock.h"
#include "base/log.h"

#define INTERVAL_MSECS 60000

/* Whether a line is due, and how many failures had none before it. */
static bool line_is_due(struct failure_log *log, unsigned long long *unlogged_r)
{
	int64_t now = clock_monotonic_msecs();

	pthread_mutex_lock(&log->mutex);
	bool due = log->logged_msecs == 0 || now - log->logged_msecs >= INTERVAL_MSECS;
	*unlogged_r = log->unlogged;
	log->unlogged = due ? 0 : log->unlogged + 1;
	if (due)
		log->logged_msecs = now;
	pthread_mutex_unlock(&log->mutex);
	return due;
}

void failure_log_add(struct failure_log *log, const char *message)
{
	unsigned long long before;

	if (!line_is_due(log, &before))
		return;
	if (before == 0)
		log_error("%s; %s", message, log->consequence);
	else
		log_error("%s; %s; %llu failure%s since the last line", message, log->consequence,
			before, before == 1 ? "" : "s");
}
