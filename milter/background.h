/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_BACKGROUND_H
#define MILTER_BACKGROUND_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct filter;

/* A message to trap recipients, to be filed as a nomination. */
struct trapped {
	struct trapped *next;  /* background.c's own */
	struct filter *filter; /* held */
	struct addr address;
	int64_t at;
	char *copy;
	size_t length, room;
	void (*free_copy)(char *copy, size_t room);
};

/*
 * The thread for what no mail waits for: it files nominations, and writes the counters every ten
 * seconds. 0, or an errno.
 */
int background_start(void);

/* Takes a message over, to be filed soon; any thread. One that cannot be filed while the database
 * fails is tried again until the filter stops. */
void background_file(struct trapped *trapped);

/* Tries what waits once more, writes the counters, ends the thread. */
void background_stop(void);

#endif
