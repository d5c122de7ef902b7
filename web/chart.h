/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_CHART_H
#define WEB_CHART_H

#include <stdint.h>
#include <stdio.h>

/* The number of days in the chart; the last one is today. */
#define CHART_DAYS 30

/* Refusals by day. */
struct chart {
	int64_t first_day; /* counted from 1970-01-01 */
	int64_t hits[CHART_DAYS];
	int64_t total;
};

void chart_begin(struct chart *chart, int64_t now);

/* Adds the hits of a day; days outside the chart are ignored. The context is a chart. */
void chart_take(void *context, int64_t day, int64_t hits);

/* Writes the chart as inline SVG, which says in words what it shows; nothing without refusals.
 * ERR_MEMORY. */
int chart_write(const struct chart *chart, FILE *out) __attribute__((warn_unused_result));

#endif
