/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include <sys/types.h>

struct text;

/* Each function here is for a program's start, before threads. On failure message_r says what and
 * why. */

/* Who a daemon becomes. */
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
 * Gives up root for good: supplementary groups from the group database, group, user; then tries to
 * get root back and fails itself with ERR_REFUSED if that works. Only for a process run by root.
 */
int daemon_become(const struct daemon_user *user, struct text *message_r)
	__attribute__((warn_unused_result));

/*
 * Detaches: forks, a new session, standard input and output to /dev/null, working directory /. The
 * parent does not return: it waits until daemon_ready() or the child's end and exits with that
 * status, so that whoever started the daemon learns how the start went. Standard error stays until
 * then, for the errors of the start.
 */
int daemon_detach(struct text *message_r) __attribute__((warn_unused_result));

/*
 * Tells the waiting parent of daemon_detach() that the start is over, and lets go of standard
 * error; no effect without one.
 */
void daemon_ready(int exit_status);

/*
 * Writes the process id to a file by way of a temporary one and rename(), mode 0644. ERR_EXISTS
 * when it names a living process that holds it (a lock is kept on the file while the daemon lives).
 */
int daemon_write_pid(const char *path, struct text *message_r) __attribute__((warn_unused_result));

/* Removes the file that daemon_write_pid() wrote, if it is still ours, or empties it where its
 * folder does not let it go. */
void daemon_remove_pid(const char *path);

/*
 * Raises the soft limit on open files to wanted, the hard one too where the process may. The limit
 * in force is returned, which may be lower.
 */
long daemon_raise_open_files(long wanted);

#endif
