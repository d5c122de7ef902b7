/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_BACKGROUND_H
#define MILTER_BACKGROUND_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct filter;

/* A message to trap recipients, to be filed as a nomination. */
struct trapped {
	struct trapped *next;  /* used by background.c */
	struct filter *filter; /* held */
	struct addr address;
	int64_t at;
	char *copy;
	size_t length, room;
	void (*free_copy)(char *copy, size_t room);
};

/*
 * Starts the thread that files nominations and writes the counters every ten seconds. Call before
 * the other functions. 0, or an errno.
 */
int background_start(void);

/*
 * Files a message soon, and frees it. While the database fails it waits, until the filter stops;
 * one that the database refuses is dropped and logged. Any thread.
 */
void background_file(struct trapped *trapped);

/* Ends the thread, files what waits if possible, and writes the counters. */
void background_stop(void);

#endif
