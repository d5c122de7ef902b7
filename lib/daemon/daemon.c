/* SPDX-License-Identifier: BSD-2-Clause */
/* What the system has to do for a daemon: users, privileges, detaching, limits. */
#include "daemon/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "daemon/notify.h"

/* The exit status of a parent whose child was killed by a signal: a failure at run time. */
#define STATUS_KILLED 3

/* Our end of the socket to the parent that waits in daemon_detach(); -1: there is none. */
static int ready_socket = -1;

static int fail(struct text *message_r, const char *what)
{
	text_add_format(message_r, "%s: %s", what, strerror(errno));
	return ERR_IO;
}

/* getpwnam() and getgrnam() leave errno alone, or set one of these, when the name is unknown. */
static bool is_unknown(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

static int fail_name(struct text *message_r, const char *kind, const char *name, int error)
{
	if (is_unknown(error)) {
		text_add_format(message_r, "there is no %s \"", kind);
		text_add_printable(message_r, name);
		text_add(message_r, "\"");
		return ERR_NOT_FOUND;
	}
	text_add_format(message_r, "cannot look up the %s: %s", kind, strerror(error));
	return ERR_IO;
}

int daemon_find_user(const char *name, struct daemon_user *user_r, struct text *message_r)
{
	struct passwd *entry;

	memset(user_r, 0, sizeof(*user_r));
	errno = 0;
	entry = getpwnam(name);
	if (entry == NULL)
		return fail_name(message_r, "user", name, errno);
	if (!text_copy(user_r->name, sizeof(user_r->name), name)) {
		memset(user_r, 0, sizeof(*user_r));
		return fail_name(message_r, "user", name, ENOENT);
	}
	user_r->uid = entry->pw_uid;
	user_r->gid = entry->pw_gid;
	return ERR_NONE;
}

int daemon_find_group(const char *name, gid_t *gid_r, struct text *message_r)
{
	struct group *entry;

	*gid_r = 0;
	errno = 0;
	entry = getgrnam(name);
	if (entry == NULL)
		return fail_name(message_r, "group", name, errno);
	*gid_r = entry->gr_gid;
	return ERR_NONE;
}

static bool is_user(const struct daemon_user *user)
{
	return getuid() == user->uid && geteuid() == user->uid && getgid() == user->gid &&
	       getegid() == user->gid;
}

int daemon_become(const struct daemon_user *user, struct text *message_r)
{
	if (user->uid == 0) {
		text_add(message_r, "a daemon may not run as root");
		return ERR_REFUSED;
	}
	if (initgroups(user->name, user->gid) != 0)
		return fail(message_r, "cannot set the supplementary groups");
	if (setgid(user->gid) != 0)
		return fail(message_r, "cannot set the group");
	if (setuid(user->uid) != 0)
		return fail(message_r, "cannot set the user");
	if (setuid(0) == 0 || seteuid(0) == 0 || !is_user(user)) {
		text_add_format(message_r,
			"the process still has root's privileges after it switched to %s",
			user->name);
		return ERR_REFUSED;
	}
	return ERR_NONE;
}

/* The parent waits for the status of the start. Without one, the socket closes when the child ends.
 */
static _Noreturn void wait_for_child(int parent_socket, pid_t child)
{
	unsigned char status;
	int wait_status = 0;
	ssize_t got;

	do
		got = read(parent_socket, &status, 1);
	while (got < 0 && errno == EINTR);
	if (got == 1)
		_exit(status);
	while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR)
		continue;
	_exit(WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : STATUS_KILLED);
}

/* Opens /dev/null above the standard streams. Any of those may be closed; it stays open there. */
static int open_null(void)
{
	int descriptor;

	do
		descriptor = open("/dev/null", O_RDWR);
	while (descriptor >= 0 && descriptor <= STDERR_FILENO);
	return descriptor;
}

static int become_session(int null, struct text *message_r)
{
	if (setsid() < 0)
		return fail(message_r, "cannot make a new session");
	if (chdir("/") != 0)
		return fail(message_r, "cannot change to /");
	if (dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
		return fail(message_r, "cannot replace the standard streams");
	return ERR_NONE;
}

int daemon_detach(struct text *message_r)
{
	int sockets[2] = {-1, -1};
	int null = open_null();
	int err;
	pid_t child;

	if (null < 0)
		return fail(message_r, "/dev/null");
	/* A socket, because a send() to a parent that is gone need not raise SIGPIPE. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0) {
		err = fail(message_r, "socketpair");
		goto fail;
	}
	(void)fcntl(sockets[1], F_SETFD, FD_CLOEXEC);
	fflush(NULL); /* else both processes would write what is buffered */
	child = fork();
	if (child < 0) {
		err = fail(message_r, "fork");
		goto fail;
	}
	if (child > 0) {
		close(sockets[1]);
		wait_for_child(sockets[0], child);
	}
	err = become_session(null, message_r);
	if (err != ERR_NONE)
		goto fail;
	close(null);
	close(sockets[0]);
	ready_socket = sockets[1];
	return ERR_NONE;
fail:
	close(null);
	for (int i = 0; i < 2; i++) {
		if (sockets[i] >= 0)
			close(sockets[i]);
	}
	return err;
}

void daemon_ready(int exit_status)
{
	unsigned char status = (unsigned char)exit_status;

	if (exit_status == EXIT_SUCCESS)
		notify_ready();
	if (ready_socket < 0)
		return;
	int null = open_null();
	if (null >= 0) {
		(void)dup2(null, STDERR_FILENO);
		close(null);
	}
	(void)!send(ready_socket, &status, 1, MSG_NOSIGNAL);
	close(ready_socket);
	ready_socket = -1;
}

/* A limit as a number that can be compared. */
static long limit_of(rlim_t limit)
{
	return limit == RLIM_INFINITY || limit > (rlim_t)LONG_MAX ? LONG_MAX : (long)limit;
}

long daemon_raise_open_files(long wanted)
{
	struct rlimit now, raised;

	if (getrlimit(RLIMIT_NOFILE, &now) != 0)
		return 0;
	if (limit_of(now.rlim_cur) >= wanted)
		return limit_of(now.rlim_cur);
	raised = now;
	raised.rlim_cur = (rlim_t)wanted;
	if (limit_of(now.rlim_max) < wanted)
		raised.rlim_max = (rlim_t)wanted;
	if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
		return wanted;
	raised.rlim_cur = raised.rlim_max = now.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
		return limit_of(raised.rlim_cur);
	return limit_of(now.rlim_cur);
}
