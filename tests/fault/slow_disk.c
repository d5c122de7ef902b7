/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A disk that is slow to flush, for LD_PRELOAD: while the file that SLOW_DISK names exists, nothing
 * that is flushed gets through.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_for_disk(void)
{
	static const struct timespec pause = {.tv_nsec = 20000000};
	const char *file = getenv("SLOW_DISK");

	while (file != NULL && access(file, F_OK) == 0)
		nanosleep(&pause, NULL);
}

int fsync(int fd)
{
	(void)fd;
	wait_for_disk();
	return 0;
}

int fdatasync(int fd)
{
	return fsync(fd);
}
