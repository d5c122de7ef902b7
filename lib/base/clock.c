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

static time_t clamp_year(int64_t time)
{
	if (time < FIRST_TIME)
		return (time_t)FIRST_TIME;
	return (time_t)(time > LAST_TIME ? LAST_TIME : time);
}

void clock_format(int64_t time, char text_r[CLOCK_TEXT_SIZE])
{
	time_t clamped = clamp_year(time);
	struct tm tm;
	struct text text;

	text_init(&text, text_r, CLOCK_TEXT_SIZE);
	if (gmtime_r(&clamped, &tm) == NULL)
		abort(); /* impossible within the bounds of a four-digit year */
	text_add_format(&text, "%04d-%02d-%02d ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	text_add_format(&text, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static const struct unit *find_unit(char letter)
{
	const struct unit *unit = UNITS;

	while (unit < UNITS_END && unit->letter != letter)
		unit++;
	return unit < UNITS_END ? unit : NULL;
}

int clock_parse_duration(const char *string, int64_t *seconds_r)
{
	size_t digits = strspn(string, "0123456789");
	const struct unit *unit = find_unit(string[digits]);
	int64_t number = 0;

	*seconds_r = 0;
	if (strcmp(string, "never") == 0) {
		*seconds_r = CLOCK_NEVER;
		return ERR_NONE;
	}
	if (digits == 0 || unit == NULL || string[digits + 1] != '\0')
		return ERR_SYNTAX;
	for (size_t i = 0; i < digits; i++) {
		number = number * 10 + (string[i] - '0');
		if (number > LONGEST_DURATION / unit->seconds)
			return ERR_RANGE;
	}
	*seconds_r = number * unit->seconds;
	return ERR_NONE;
}

void clock_format_duration(int64_t seconds, char text_r[CLOCK_TEXT_SIZE])
{
	const struct unit *unit = UNITS;
	struct text text;

	while (unit->seconds >
		DAY) /* weeks and years can be read, but days are easier to compare */
		unit++;
	text_init(&text, text_r, CLOCK_TEXT_SIZE);
	if (seconds == CLOCK_NEVER) {
		text_add(&text, "never");
		return;
	}
	while (seconds % unit->seconds != 0 || (seconds == 0 && unit->seconds > 1))
		unit++;
	text_add_format(&text, "%lld%c", (long long)(seconds / unit->seconds), unit->letter);
}

/* Whether string has a digit for each '0' of pattern, and its other characters as they are. */
static bool matches(const char *string, const char *pattern)
{
	for (; *pattern && *string; string++, pattern++) {
		if (*pattern == '0' ? *string < '0' || *string > '9' : *string != *pattern)
			return false;
	}
	return *pattern == *string;
}

static const char *const MOMENTS[] = {
	"0000-00-00",
	"0000-00-00 00:00",
	"0000-00-00T00:00",
	"0000-00-00 00:00Z",
	"0000-00-00T00:00Z",
	"0000-00-00 00:00:00",
	"0000-00-00T00:00:00",
	"0000-00-00 00:00:00Z",
	"0000-00-00T00:00:00Z",
};

static bool is_moment(const char *string)
{
	for (size_t i = 0; i < sizeof(MOMENTS) / sizeof(*MOMENTS); i++) {
		if (matches(string, MOMENTS[i]))
			return true;
	}
	return false;
}

/* timegm() turns 30 February into a day of March; such a change shows an impossible date. */
static int parse_utc(const char *string, int64_t *time_r)
{
	struct tm tm = {.tm_year = atoi(string) - 1900, .tm_mon = atoi(string + 5) - 1};
	struct tm wanted;
	bool has_time = strlen(string) > strlen("0000-00-00");
	bool has_seconds = has_time && string[16] == ':';
	time_t time;

	tm.tm_mday = atoi(string + 8);
	tm.tm_hour = has_time ? atoi(string + 11) : 0;
	tm.tm_min = has_time ? atoi(string + 14) : 0;
	tm.tm_sec = has_seconds ? atoi(string + 17) : 0;
	wanted = tm;
	time = timegm(&tm);
	if (tm.tm_mon != wanted.tm_mon || tm.tm_hour != wanted.tm_hour ||
		tm.tm_min != wanted.tm_min || tm.tm_sec != wanted.tm_sec)
		return ERR_RANGE;
	*time_r = (int64_t)time;
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
