/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_SIGNALS_H
#define MILTER_SIGNALS_H

/* What a signal requests. */
enum signal_request { SIGNAL_RELOAD, SIGNAL_STOP };

/*
 * Installs the handlers. A thread of libmilter waits for SIGHUP, SIGTERM and SIGINT too, and would
 * end at each. The system delivers a signal to the first thread unless that blocks it: so the first
 * thread must call signals_wait(), and smfi_main() must run on another one. Call before there are
 * threads. 0, or -1 with errno.
 */
int signals_install(void) __attribute__((warn_unused_result));

/* Waits for the next request. Only on the first thread. */
enum signal_request signals_wait(void);

/* Makes signals_wait() return SIGNAL_STOP. Any thread. */
void signals_stop(void);

#endif
