/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of the GNU C library. */
#include "config.h"

#include "milter/threads.h"

#include <malloc.h>
#include <pthread.h>

/*
 * glibc keeps 40 MB of stacks of ended threads for new ones: five of the default size, 160 of this
 * one. The results of a look-up take 21 kB, SQLite about 10 kB more.
 */
#define STACK_SIZE (256 * 1024)

/* With a heap for each thread, memory would grow with the number of sessions, and each thread would
 * cost a system call. */
#define HEAPS_MAX 4

void threads_make_cheap(void)
{
	pthread_attr_t attributes;

	mallopt(M_ARENA_MAX, HEAPS_MAX);
	if (pthread_attr_init(&attributes) != 0)
		return;
	if (pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0)
		(void)pthread_setattr_default_np(&attributes);
	pthread_attr_destroy(&attributes);
}
