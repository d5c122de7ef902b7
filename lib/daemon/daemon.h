/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <sys/types.h>

struct text;

/* These functions are for the start of a program, before there are threads. On failure message_r
 * says what failed and why. */

/* The user that a daemon switches to. */
struct daemon_user {
	char name[64];
	uid_t uid;
	gid_t gid; /* the primary group */
};

/* Finds a user by name. ERR_NOT_FOUND. */
int daemon_find_user(const char *name, struct daemon_user *user_r, struct text *message_r)
	__attribute__((warn_unused_result));

/* Finds a group by name. ERR_NOT_FOUND. */
int daemon_find_group(const char *name, gid_t *gid_r, struct text *message_r)
	__attribute__((warn_unused_result));

/*
 * Drops root privileges for good: sets the supplementary groups from the group database, the group
 * and the user, and then tries to become root again. ERR_REFUSED if that works. Only for root.
 */
int daemon_become(const struct daemon_user *user, struct text *message_r)
	__attribute__((warn_unused_result));

/*
 * Forks; the child gets a new session, /dev/null as standard input and output, and / as working
 * directory. The parent does not return: it waits for daemon_ready() or the child's end and exits
 * with that status, so that the exit status is that of the start. Standard error stays open until
 * then for the errors of the start.
 */
int daemon_detach(struct text *message_r) __attribute__((warn_unused_result));

/*
 * Tells the service manager that the daemon is ready, if the status is that of a success. Tells the
 * waiting parent of daemon_detach(), if there is one, that the start is over, and replaces standard
 * error with /dev/null.
 */
void daemon_ready(int exit_status);

/*
 * Writes the process id to a file with mode 0644, by rename() of a temporary one. The file is
 * locked while the daemon runs; ERR_EXISTS when another process has it locked.
 */
int daemon_write_pid(const char *path, struct text *message_r) __attribute__((warn_unused_result));

/* Removes the file that daemon_write_pid() wrote if it is still ours. A file that cannot be removed
 * from its folder is emptied. */
void daemon_remove_pid(void);

/*
 * Raises the soft limit on open files to wanted, and the hard one if the process may. Returns the
 * limit in force, which may be lower.
 */
long daemon_raise_open_files(long wanted);

#endif
