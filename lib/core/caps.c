/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether there is room for what one more stranger files. */
#include "core/caps.h"

#define MB INT64_C(1000000)

static bool has_space(const struct caps *caps, const struct usage *usage, size_t octets)
{
	uint64_t floor = (uint64_t)caps->free_mb * MB;

	if (floor > usage->disk_octets / 10)
		floor = usage->disk_octets / 10;
	return usage->free_octets >= floor + octets;
}

enum cap caps_check(
	const struct caps *caps, const struct usage *usage, bool nomination, size_t octets)
{
	if (!has_space(caps, usage, octets))
		return CAP_SPACE;
	if (usage->undecided >= caps->open_requests)
		return CAP_REQUESTS;
	if (!nomination)
		return CAP_NONE;
	if (usage->nominations >= caps->nominations_per_day)
		return CAP_NOMINATIONS;
	if (usage->octets_today + (int64_t)octets > caps->nomination_mb_per_day * MB)
		return CAP_OCTETS_TODAY;
	if (usage->octets + (int64_t)octets > caps->nomination_mb * MB)
		return CAP_OCTETS;
	return CAP_NONE;
}

const char *cap_text(enum cap cap)
{
	static const char *const texts[] = {
		[CAP_NONE] = "there is room",
		[CAP_NOMINATIONS] = "caps.nominations_per_day is reached",
		[CAP_OCTETS_TODAY] = "caps.nomination_mb_per_day is reached",
		[CAP_OCTETS] = "caps.nomination_mb is reached",
		[CAP_REQUESTS] = "caps.open_requests is reached",
		[CAP_SPACE] = "the disk has no more free space than caps.free_mb",
	};

	return texts[cap];
}
