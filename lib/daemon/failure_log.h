/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_FAILURE_LOG_H
#define DAEMON_FAILURE_LOG_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * A log of failures of one kind: at most one line a minute, no matter how many threads meet the
 * failure; the next line says how many others there were. For a static variable:
 * FAILURE_LOG_INIT("the consequence of the failure").
 */
struct failure_log {
	const char *consequence; /* ends each line */
	pthread_mutex_t mutex;   /* guards what follows */
	int64_t logged_msecs;    /* monotonic; 0: never */
	unsigned long long unlogged;
};

#define FAILURE_LOG_INIT(text)                                            \
	{                                                                 \
		.consequence = (text), .mutex = PTHREAD_MUTEX_INITIALIZER \
	}

/* Logs "MESSAGE; CONSEQUENCE" as an error, or counts it. Any thread. */
void failure_log_add(struct failure_log *log, const char *message);

#endif
