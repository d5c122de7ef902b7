/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_PROGRAM_H
#define DAEMON_PROGRAM_H

#include <stdbool.h>

#include "daemon/daemon.h"

struct conf;

/*
 * The start of a daemon, the same for all three programs. Call these on the first thread before
 * there are others. A failure ends the program with a line in the log.
 */

/* Exit statuses of all programs. */
enum { EXIT_USAGE = 2, EXIT_RUN_TIME = 3 };

/* The command line of a daemon. */
struct program_arguments {
	const char *conf_path;
	bool check_only;
	bool detach;
	bool worker;
};

/* Sets the name for log lines and messages; it must be static. */
void program_begin(const char *name);

/* Reads -c, -d and -n; at -V and -h shows version or help and exits. Accepts no operand. */
void program_parse(
	int count, char **values, const char *help, struct program_arguments *arguments_r);

/* The same for opsprobe, which has --worker too. Returns the index of the first operand. */
int program_parse_options(int count, char **values, const char *help, bool has_worker,
	struct program_arguments *arguments_r);

/* Reports a wrong argument (NULL: none in particular), says where help is, and exits. */
void __attribute__((noreturn)) program_misused(const char *argument, const char *what);

/* The absolute path, by which a reload finds the file again when the process runs in "/". Never
 * NULL; the caller frees it. */
char *program_full_path(const char *path);

/* Sets what program_fail() must undo. */
void program_at_failure(void (*undo)(void));

/* The start failed: logs why, removes what it made, and exits. */
void __attribute__((noreturn)) program_fail(const char *message, int exit_status);

struct conf *program_read_conf(const char *path);

/* The user to switch to if root started the program, or checks with -n how it would start, by an
 * option such as "web.user"; else the current user. Never root. */
struct daemon_user program_find_user(const char *option, const char *user);

/*
 * Switches to that user if root started the program. Before, root gives the user the databases
 * that it writes and that are still root's (made before the user was), and the files beside all
 * databases get the owner and mode of these (migrate_match_files()).
 */
void program_become(const struct daemon_user *user, const struct conf *conf);

/* Detaches from the terminal if -d was given. */
void program_detach(const struct program_arguments *arguments);

/* If -d was given, write the pid file (an empty path: none) or log to syslog from now on. */
void program_write_pid(const struct program_arguments *arguments, const char *path);
void program_use_syslog(const struct program_arguments *arguments, const struct conf *conf);

#endif
