/* SPDX-License-Identifier: BSD-2-Clause */
/* Which hosts may be tested now: rate, neighbours, and those under test. */
#include "probe/schedule.h"

#include <assert.h>

#include "base/network.h"

#define MINUTE_MSECS 60000

void schedule_init(struct schedule *schedule, long hosts_per_minute)
{
	*schedule = (struct schedule){.per_minute = hosts_per_minute};
}

void schedule_set_rate(struct schedule *schedule, long hosts_per_minute)
{
	schedule->per_minute = hosts_per_minute;
}

static int64_t spacing_msecs(const struct schedule *schedule)
{
	return MINUTE_MSECS / schedule->per_minute;
}

bool schedule_has_room(const struct schedule *schedule, bool urgent, int64_t now_msecs)
{
	int64_t ahead_msecs = urgent ? SCHEDULE_BURST * spacing_msecs(schedule) : 0;
	size_t without_haste = 0;

	for (size_t i = 0; i < schedule->count; i++)
		without_haste += !schedule->running[i].urgent;
	return schedule->count < SCHEDULE_MAX && schedule->next_msecs <= now_msecs + ahead_msecs &&
	       (urgent || without_haste < SCHEDULE_MAX_WITHOUT_HASTE);
}

static unsigned neighbourhood(const struct addr *address)
{
	return addr_is_ipv4(address) ? NETWORK_IPV4_PREFIX + 24 : 64;
}

bool schedule_allows(const struct schedule *schedule, const struct addr *address)
{
	size_t neighbours = 0;

	for (size_t i = 0; i < schedule->count; i++) {
		unsigned shared = addr_shared_prefix(&schedule->running[i].address, address);
		if (shared == NETWORK_MAX_PREFIX)
			return false;
		neighbours += shared >= neighbourhood(address);
	}
	return neighbours < SCHEDULE_MAX_IN_NETWORK;
}

void schedule_start(
	struct schedule *schedule, const struct addr *address, bool urgent, int64_t now_msecs)
{
	assert(schedule->count < SCHEDULE_MAX);
	schedule->running[schedule->count].address = *address;
	schedule->running[schedule->count++].urgent = urgent;
	if (schedule->next_msecs < now_msecs)
		schedule->next_msecs = now_msecs;
	schedule->next_msecs += spacing_msecs(schedule);
}

void schedule_end(struct schedule *schedule, const struct addr *address)
{
	for (size_t i = 0; i < schedule->count; i++) {
		if (addr_compare(&schedule->running[i].address, address) != 0)
			continue;
		schedule->running[i] = schedule->running[--schedule->count];
		return;
	}
}
