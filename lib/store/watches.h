/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_WATCHES_H
#define STORE_WATCHES_H

#include <stdint.h>

struct addr;
struct db;

/* How many tests a watch makes after a listing ended. */
#define WATCH_TESTS 3

/* When the next test is due after so many, from the start of the watch: an hour, a day, a week. */
int64_t watch_due_secs(int tests);

/* Starts the watch over an address whose listing ended, or restarts one that is under way. For use
 * inside a transaction. */
int watches_begin(struct db *db, const struct addr *address, int list_id, int64_t listing_id,
	int64_t now) __attribute__((warn_unused_result));

#endif
