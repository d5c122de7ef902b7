/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_SCHEDULE_H
#define PROBE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* Hosts under test at once, at most. */
#define SCHEDULE_MAX 32

/* Tests at once in one /24, or in one /64 of IPv6. */
#define SCHEDULE_MAX_IN_NETWORK 2

/* Of these, at most so many for which nobody waits: nominations and watches. */
#define SCHEDULE_MAX_WITHOUT_HASTE 16

/* Tests that somebody waits for may begin so far ahead of the rate; all others wait until the rate
 * has caught up. */
#define SCHEDULE_BURST 8

/* What is under test, and how many more may begin now. Times are clock_monotonic_msecs(). */
struct schedule {
	struct {
		struct addr address;
		bool urgent;
	} running[SCHEDULE_MAX];
	size_t count;
	long per_minute;
	int64_t next_msecs; /* when the rate allows the next one: starts are evenly spaced, but for
			       the burst */
};

void schedule_init(struct schedule *schedule, long hosts_per_minute);
void schedule_set_rate(struct schedule *schedule, long hosts_per_minute);

/* Whether any test may begin now; urgent: one that somebody waits for. */
bool schedule_has_room(const struct schedule *schedule, bool urgent, int64_t now_msecs);

/* Whether one of this address may: none of it is under way, and its neighbours leave room. */
bool schedule_allows(const struct schedule *schedule, const struct addr *address);

/* Both must have been asked. */
void schedule_start(
	struct schedule *schedule, const struct addr *address, bool urgent, int64_t now_msecs);
void schedule_end(struct schedule *schedule, const struct addr *address);

#endif
