/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_MILTER_DAEMON_H
#define TESTS_MILTER_DAEMON_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The real ./opsmilter of the build folder, in the foreground, with a folder, databases and a
 * socket of its own. It runs as the user of the test; for root, as "nobody".
 */
struct daemon {
	char folder[64];
	char conf[96];
	char socket[96];
	pid_t pid; /* 0: not running */
	sqlite3 *ops, *hits, *inbox;
};

/* Makes folder and databases. options go into the milter section ("reject_at = \"mail\""). */
void daemon_prepare(struct daemon *daemon, const char *options);

/* Writes the configuration again, with these options. */
void daemon_configure(struct daemon *daemon, const char *options);

/* Starts the filter and waits until its socket answers; fails the test when it does not. */
void daemon_start(struct daemon *daemon);

/* Starts the filter with one more option, or NULL, and waits for nothing; its process id. */
pid_t daemon_spawn(struct daemon *daemon, const char *option);

/* Starts it where that must fail; the exit status. Its standard error is the folder's file "err".
 */
int daemon_start_in_vain(struct daemon *daemon);

/* Waits for the end and gives the wait status. A filter that does not end within 30 seconds is
 * killed. */
int daemon_wait(struct daemon *daemon);

/* Whether these words are in what the filter wrote to its standard error. */
bool daemon_said(struct daemon *daemon, const char *words);

/* Sends a signal and waits as above. */
int daemon_end(struct daemon *daemon, int signal_number);

/* Ends the filter, if it runs, by SIGTERM, and removes the folder. Fails the test when the filter's
 * exit status is not 0, as after a leak that the sanitizer found. */
void daemon_remove(struct daemon *daemon);

/* Lists a network on list 1 (ops), and sets that list's action. */
void daemon_list(struct daemon *daemon, const char *network, const char *action);

/* The number of hits that a condition holds for, once there are `expected`, or after five seconds.
 */
int64_t daemon_hits(struct daemon *daemon, const char *condition, int64_t expected);

#endif
