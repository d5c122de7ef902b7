/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_SIGNALS_H
#define MILTER_SIGNALS_H

/* What a signal asks of the daemon. */
enum signal_request { SIGNAL_RELOAD, SIGNAL_STOP };

/*
 * Installs the handlers. libmilter has a thread that waits for SIGHUP, SIGTERM and SIGINT too, and
 * would end at each. The system gives a process's signal to its first thread when that does not
 * block it: so the first thread must be the one that calls signals_wait(), and smfi_main() runs on
 * another. Call before any thread starts; 0, or -1 with errno.
 */
int signals_install(void) __attribute__((warn_unused_result));

/* Waits for the next request. The first thread only. */
enum signal_request signals_wait(void);

/* Has signals_wait() return SIGNAL_STOP, from any thread. */
void signals_stop(void);

#endif
