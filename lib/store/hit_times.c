/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/hit_times.h"

#include <pthread.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards times */
static struct hit_times times;

void hit_times_add(int64_t usecs)
{
	pthread_mutex_lock(&mutex);
	times.commits++;
	times.usecs += usecs;
	if (usecs > times.longest_usecs)
		times.longest_usecs = usecs;
	pthread_mutex_unlock(&mutex);
}

struct hit_times hit_times_read(void)
{
	pthread_mutex_lock(&mutex);
	struct hit_times copy = times;
	pthread_mutex_unlock(&mutex);
	return copy;
}
