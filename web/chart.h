/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_CHART_H
#define WEB_CHART_H

#include <stdint.h>
#include <stdio.h>

/* How many days the picture has; the last one is today. */
#define CHART_DAYS 30

/* Refusals by day. */
struct chart {
	int64_t first_day; /* counted from 1970-01-01 */
	int64_t hits[CHART_DAYS];
	int64_t total;
};

void chart_begin(struct chart *chart, int64_t now);

/* Adds a day's hits; days outside of the picture are left away. Takes a chart as context. */
void chart_take(void *context, int64_t day, int64_t hits);

/* Writes it as inline SVG that says in words what it shows. */
void chart_write(const struct chart *chart, FILE *out);

#endif
