/* SPDX-License-Identifier: BSD-2-Clause */
/* The lock that lets one worker run on a database. */
#include "probe/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"

/* lock_is_held() has the lock for a moment; a worker that starts just then tries again. */
#define TRIES 5
#define TRY_NANOSECS 20000000L

static int open_file(const char *database, int flags, char path_r[PATH_MAX])
{
	struct text path = text_over(path_r, PATH_MAX);

	text_add_format(&path, "%s-opsprobe", database);
	errno = ENAMETOOLONG;
	return path.overflow ? -1 : open(path_r, flags | O_CLOEXEC | O_NOFOLLOW, 0660);
}

int lock_take(const char *database, struct text *message_r)
{
	static const struct timespec pause = {.tv_nsec = TRY_NANOSECS};
	char path[PATH_MAX];
	int file = open_file(database, O_RDONLY | O_CREAT, path);
	int locked = -1;

	for (int i = 0; file >= 0 && locked != 0 && i < TRIES; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		locked = flock(file, LOCK_EX | LOCK_NB);
	}
	/* The descriptor stays open: with it goes the lock. */
	if (locked == 0)
		return ERR_NONE;
	int error = errno;
	if (file >= 0)
		close(file);
	if (file >= 0 && error == EWOULDBLOCK) {
		text_add_format(message_r,
			"another worker is running and holds %s; a database has only one worker",
			path);
		return ERR_EXISTS;
	}
	text_add_format(message_r, "%s: %s", path, strerror(error));
	return ERR_IO;
}

bool lock_is_held(const char *database)
{
	char path[PATH_MAX];
	int file = open_file(database, O_RDONLY, path);

	/* Without the right to look, it is believed. */
	if (file < 0)
		return errno == EACCES;
	bool held = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(file);
	return held;
}
