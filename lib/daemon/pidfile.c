/* SPDX-License-Identifier: BSD-2-Clause */
/* The pid file of a daemon: written as a whole, locked while the daemon runs. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "daemon/daemon.h"

/* The file we wrote, open and locked while the daemon runs; -1: there is none. */
static int held_file = -1;
static char held_path[4096];

static int fail(struct text *message_r, const char *path)
{
	text_add_format(message_r, "%s: %s", path, strerror(errno));
	return ERR_IO;
}

/* Whether path still names the open file: another daemon may have replaced it. */
static bool is_file_at(int descriptor, const char *path)
{
	struct stat opened, named;

	return fstat(descriptor, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Makes the new pid file under a temporary name, so that it is complete and locked before it is
 * visible under its own. */
static int make_file(char *name)
{
	int descriptor = mkstemp(name);

	if (descriptor < 0)
		return -1;
	(void)fcntl(descriptor, F_SETFD, FD_CLOEXEC);
	if (dprintf(descriptor, "%ld\n", (long)getpid()) < 0 || fchmod(descriptor, 0644) != 0 ||
		flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
		int saved_errno = errno;

		close(descriptor);
		unlink(name);
		errno = saved_errno;
		return -1;
	}
	return descriptor;
}

static int fail_held(int descriptor, const char *path, struct text *message_r)
{
	char content[24];
	ssize_t length = read(descriptor, content, sizeof(content) - 1);

	content[length > 0 ? length : 0] = '\0';
	text_add_format(message_r, "%s is held by process %ld", path, strtol(content, NULL, 10));
	return ERR_EXISTS;
}

/*
 * Replaces the open file with name if no process has it locked. ERR_STOPPED when another daemon
 * replaced it first: try again.
 */
static int replace_file(int old, const char *name, const char *path, struct text *message_r)
{
	struct stat status;

	if (fstat(old, &status) != 0)
		return fail(message_r, path);
	if (!S_ISREG(status.st_mode)) {
		text_add_format(message_r, "%s is not a regular file", path);
		return ERR_REFUSED;
	}
	if (flock(old, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? fail_held(old, path, message_r)
					    : fail(message_r, path);
	if (!is_file_at(old, path))
		return ERR_STOPPED;
	return rename(name, path) == 0 ? ERR_NONE : fail(message_r, path);
}

/* One attempt. Without an old file it is link() instead of rename(), so that only one of two
 * daemons succeeds. */
static int try_to_place(const char *name, const char *path, struct text *message_r)
{
	int old = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err;

	if (old < 0 && errno != ENOENT)
		return fail(message_r, path);
	if (old < 0) {
		if (link(name, path) != 0)
			return errno == EEXIST ? ERR_STOPPED : fail(message_r, path);
		unlink(name);
		return ERR_NONE;
	}
	err = replace_file(old, name, path, message_r);
	close(old);
	return err;
}

int daemon_write_pid(const char *path, struct text *message_r)
{
	char buffer[4096];
	struct text name = TEXT_OVER(buffer);
	int descriptor, err;

	text_add_format(&name, "%s.XXXXXX", path);
	if (name.overflow) {
		text_add(message_r, "the path of the pid file is too long");
		return ERR_RANGE;
	}
	descriptor = make_file(buffer);
	if (descriptor < 0)
		return fail(message_r, path);
	do
		err = try_to_place(buffer, path, message_r);
	while (err == ERR_STOPPED);
	if (err != ERR_NONE) {
		unlink(buffer);
		close(descriptor);
		return err;
	}
	if (held_file >= 0)
		close(held_file);
	held_file = descriptor;
	text_copy(held_path, sizeof(held_path), path);
	return ERR_NONE;
}

void daemon_remove_pid(void)
{
	if (held_file < 0)
		return;
	/* It cannot be removed from a folder of another user. Empty, it names no process. */
	if (is_file_at(held_file, held_path) && unlink(held_path) != 0)
		(void)!ftruncate(held_file, 0);
	close(held_file);
	held_file = -1;
}
