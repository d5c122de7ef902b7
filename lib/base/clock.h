/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>

/* Octets of "2026-11-20 21:02:25", the NUL included. */
#define CLOCK_TEXT_SIZE 20

/* A duration without end. */
#define CLOCK_NEVER INT64_MAX

/* Seconds since 1970-01-01 00:00:00 UTC. Any thread. */
int64_t clock_now(void);

/* Milliseconds of a clock that is never set back; its start is arbitrary. Any thread. */
int64_t clock_monotonic_msecs(void);

/* The same clock in microseconds, for measurements. Any thread. */
int64_t clock_monotonic_usecs(void);

/* A condition whose timed waits follow that clock, whatever happens to the time of day. */
void clock_init_condition(pthread_cond_t *condition_r);

/* For tests: clock_now() returns what source returns; NULL restores the real time. */
void clock_replace(int64_t (*source)(void));

/*
 * Writes a time as UTC, "2026-11-20 21:02:25". A time outside of the years 0000 to 9999 is
 * written as the nearest one in them.
 */
void clock_format(int64_t time, char text_r[CLOCK_TEXT_SIZE]);

/*
 * Reads a duration: a whole number and a unit, s, m, h, d, w or y (365 days), as "90d", or "never"
 * (CLOCK_NEVER). At most 100 years. ERR_SYNTAX or ERR_RANGE; seconds_r is 0 then.
 */
int clock_parse_duration(const char *string, int64_t *seconds_r)
	__attribute__((warn_unused_result));

/* A duration in its largest exact unit up to days: 7776000 is "90d", 5400 "90m", CLOCK_NEVER
 * "never". */
void clock_format_duration(int64_t seconds, char text_r[CLOCK_TEXT_SIZE]);

/*
 * Reads a moment: UTC as "2026-11-20", "2026-11-20 21:02" or "2026-11-20 21:02:25" (a T may stand
 * for the space, a Z may follow the time), or a duration before now ("7d"). Impossible dates (30
 * February) are refused. ERR_SYNTAX or ERR_RANGE; time_r is 0 then.
 */
int clock_parse_moment(const char *string, int64_t now, int64_t *time_r)
	__attribute__((warn_unused_result));

#endif
