/* SPDX-License-Identifier: BSD-2-Clause */
/* Times and durations: the clock, and how people write them. */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/text.h"

/* 0000-01-01 00:00:00 and 9999-12-31 23:59:59. */
#define FIRST_TIME INT64_C(-62167219200)
#define LAST_TIME INT64_C(253402300799)

#define DAY INT64_C(86400)
#define LONGEST_DURATION (100 * 365 * DAY)

/* The longest unit first: the first that fits exactly makes the shortest spelling. */
static const struct unit {
	char letter;
	int64_t seconds;
} UNITS[] = {
	{'y', 365 * DAY},
	{'w', 7 * DAY},
	{'d', DAY},
	{'h', 3600},
	{'m', 60},
	{'s', 1},
};
static const struct unit *const UNITS_END = UNITS + sizeof(UNITS) / sizeof(*UNITS);

/* NULL for the real time. */
static _Atomic(int64_t (*)(void)) replacement;

void clock_replace(int64_t (*source)(void))
{
	atomic_store(&replacement, source);
}

int64_t clock_now(void)
{
	int64_t (*source)(void) = atomic_load(&replacement);

	return source != NULL ? source() : (int64_t)time(NULL);
}

int64_t clock_monotonic_usecs(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_msecs(void)
{
	return clock_monotonic_usecs() / 1000;
}

void clock_init_condition(pthread_cond_t *condition_r)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition_r, &attributes);
	pthread_condattr_destroy(&attributes);
}

void clock_format(int64_t time, char text_r[CLOCK_TEXT_SIZE])
{
	time_t clamped = time < FIRST_TIME ? FIRST_TIME : time > LAST_TIME ? LAST_TIME : time;
	struct tm tm;
	struct text text = text_over(text_r, CLOCK_TEXT_SIZE);

	if (gmtime_r(&clamped, &tm) == NULL)
		abort(); /* impossible within the bounds of a four-digit year */
	text_add_format(&text, "%04d-%02d-%02d ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	text_add_format(&text, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

int clock_parse_duration(const char *string, int64_t *seconds_r)
{
	size_t digits = strspn(string, "0123456789");
	const struct unit *unit = UNITS;
	int64_t number;

	*seconds_r = 0;
	if (strcmp(string, "never") == 0) {
		*seconds_r = CLOCK_NEVER;
		return ERR_NONE;
	}
	while (unit < UNITS_END && unit->letter != string[digits])
		unit++;
	if (digits == 0 || unit == UNITS_END || string[digits + 1] != '\0')
		return ERR_SYNTAX;
	number = strtoll(string, NULL, 10); /* INT64_MAX when it is longer */
	if (number > LONGEST_DURATION / unit->seconds)
		return ERR_RANGE;
	*seconds_r = number * unit->seconds;
	return ERR_NONE;
}

void clock_format_duration(int64_t seconds, char text_r[CLOCK_TEXT_SIZE])
{
	const struct unit *unit = UNITS;

	/* Weeks and years can be read, but days are easier to compare. */
	while (unit->seconds > DAY)
		unit++;
	struct text text = text_over(text_r, CLOCK_TEXT_SIZE);
	if (seconds == CLOCK_NEVER) {
		text_add(&text, "never");
		return;
	}
	while (seconds % unit->seconds != 0 || (seconds == 0 && unit->seconds > 1))
		unit++;
	text_add_format(&text, "%lld%c", (long long)(seconds / unit->seconds), unit->letter);
}

/* Moves *at past what has a digit for each '0' of pattern, and its other characters as they are. */
static bool skip(const char **at, const char *pattern)
{
	const char *c = *at;

	for (; *pattern != '\0'; c++, pattern++) {
		if (*pattern == '0' ? *c < '0' || *c > '9' : *c != *pattern)
			return false;
	}
	*at = c;
	return true;
}

static bool is_moment(const char *string)
{
	if (!skip(&string, "0000-00-00"))
		return false;
	if (skip(&string, " 00:00") || skip(&string, "T00:00")) {
		(void)skip(&string, ":00");
		(void)skip(&string, "Z");
	}
	return *string == '\0';
}

/* timegm() turns 30 February into a day of March; such a change shows an impossible date. */
static int parse_utc(const char *string, int64_t *time_r)
{
	char full[CLOCK_TEXT_SIZE] = "0000-00-00 00:00:00", again[CLOCK_TEXT_SIZE];
	struct tm tm = {0};

	memcpy(full, string, strcspn(string, "Z"));
	full[10] = ' ';
	tm.tm_year = atoi(full) - 1900;
	tm.tm_mon = atoi(full + 5) - 1;
	tm.tm_mday = atoi(full + 8);
	tm.tm_hour = atoi(full + 11);
	tm.tm_min = atoi(full + 14);
	tm.tm_sec = atoi(full + 17);
	int64_t time = timegm(&tm);
	clock_format(time, again);
	if (strcmp(again, full) != 0)
		return ERR_RANGE;
	*time_r = time;
	return ERR_NONE;
}

int clock_parse_moment(const char *string, int64_t now, int64_t *time_r)
{
	int64_t seconds;
	int err;

	*time_r = 0;
	if (is_moment(string))
		return parse_utc(string, time_r);
	err = clock_parse_duration(string, &seconds);
	if (err != ERR_NONE)
		return err;
	if (seconds == CLOCK_NEVER)
		return ERR_SYNTAX;
	if (now < INT64_MIN + seconds)
		return ERR_RANGE;
	*time_r = now - seconds;
	return ERR_NONE;
}
