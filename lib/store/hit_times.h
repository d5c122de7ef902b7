/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HIT_TIMES_H
#define STORE_HIT_TIMES_H

#include <stdint.h>

/* How long commits of hits took, of all hit logs of this process since its start. */
struct hit_times {
	int64_t commits;
	int64_t usecs; /* of all of them */
	int64_t longest_usecs;
};

/* Any thread, both. */
void hit_times_add(int64_t usecs);
struct hit_times hit_times_read(void);

#endif
