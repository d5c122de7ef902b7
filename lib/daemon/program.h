/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_PROGRAM_H
#define DAEMON_PROGRAM_H

#include <stdbool.h>

#include "daemon/daemon.h"

struct conf;

/*
 * How a daemon of the package starts, the same for all three. For the first thread, before there
 * are others. What goes wrong here ends the program with a line in the log.
 */

/* Exit statuses of all programs. */
enum { EXIT_USAGE = 2, EXIT_RUN_TIME = 3 };

/* What a daemon is started with. */
struct program_arguments {
	const char *conf_path;
	bool check_only;
	bool detach;
};

/* Says who logs and complains. name is static. */
void program_begin(const char *name);

/* Reads -c, -d, -n, -V and -h; shows version or help and exits. No other argument is wanted. */
void program_parse(
	int count, char **values, const char *help, struct program_arguments *arguments_r);

/* Prints "NAME (opsmilter) VERSION" and exits. */
void __attribute__((noreturn)) program_show_version(void);

/* Complains of an argument (NULL: of none in particular), says where help is, and exits. */
void __attribute__((noreturn)) program_misused(const char *argument, const char *what);

/* The path by which a reload finds the file again, as a detached process stands in "/". Never NULL;
 * to be freed. */
char *program_full_path(const char *path);

/* What a failed start has to undo before it ends. */
void program_at_failure(void (*undo)(void));

/* The start failed: whoever waits for it learns why, and nothing is left behind. */
void __attribute__((noreturn)) program_fail(const char *message, int exit_status);

struct conf *program_read_conf(const char *path);

/* Whom the program becomes when root starts it, by an option such as "web.user"; anybody else stays
 * who he is. No daemon goes on as root. */
struct daemon_user program_find_user(const char *option, const char *user);

/* Becomes that user, if root started the program. */
void program_become(const struct daemon_user *user);

/* Goes into the background if that is asked for. */
void program_detach(const struct program_arguments *arguments);

/* Detached: writes the pid file (an empty path: none), or from then on logs to syslog. */
void program_write_pid(const struct program_arguments *arguments, const char *path);
void program_use_syslog(const struct program_arguments *arguments, const struct conf *conf);

/* Removes the pid file that was written. */
void program_remove_pid(void);

#endif
