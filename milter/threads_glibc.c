/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "milter/threads.h"

#include <malloc.h>
#include <pthread.h>

/*
 * glibc keeps 40 MB of the stacks of ended threads to use again: five of its usual size, 160 of
 * this one. A look-up's results take 21 kB of it, SQLite some ten more.
 */
#define STACK_SIZE (256 * 1024)

/* A heap for each thread would cost memory by the number of sessions, and a system call by the
 * thread. */
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
