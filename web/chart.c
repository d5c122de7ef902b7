/* SPDX-License-Identifier: BSD-2-Clause */
/* A bar chart of the refusals of an address, by day. */
#include "web/chart.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "web/embedded.h"
#include "web/template.h"

#define DAY_SECS 86400
/* In units of the picture, as chart.html: the width of a day, and the line below the bars. */
#define STEP 20
#define FLOOR 91
#define HEIGHT 90

void chart_begin(struct chart *chart, int64_t now)
{
	memset(chart, 0, sizeof(*chart));
	chart->first_day = now / DAY_SECS - CHART_DAYS + 1;
}

void chart_take(void *context, int64_t day, int64_t hits)
{
	struct chart *chart = context;

	if (day < chart->first_day || day >= chart->first_day + CHART_DAYS)
		return;
	chart->hits[day - chart->first_day] += hits;
	chart->total += hits;
}

static int busiest_day(const struct chart *chart)
{
	int busiest = 0;

	for (int i = 1; i < CHART_DAYS; i++)
		if (chart->hits[i] > chart->hits[busiest])
			busiest = i;
	return busiest;
}

static int64_t time_of(const struct chart *chart, int index)
{
	return (chart->first_day + index) * DAY_SECS;
}

static void write_bar(const struct chart *chart, int index, int64_t most, FILE *out)
{
	int64_t height = (chart->hits[index] * HEIGHT + most - 1) / most;

	template_write_row(out, html_chart, "bar",
		VALUES({"x", .number = index * STEP + 2}, {"y", .number = FLOOR - height},
			{"height", .number = height}, {"day", .day = time_of(chart, index)},
			{"hits", .number = chart->hits[index]}));
}

int chart_write(const struct chart *chart, FILE *out)
{
	int busiest = busiest_day(chart);
	int64_t most = chart->hits[busiest];
	struct rows bars;
	int err = rows_begin(&bars);

	for (int i = 0; err == ERR_NONE && i < CHART_DAYS; i++)
		if (chart->hits[i] > 0)
			write_bar(chart, i, most, bars.out);
	rows_end(&bars);
	if (chart->total > 0)
		template_write(out, html_chart,
			VALUES({"bar", .text = bars.html}, {"days", .number = CHART_DAYS},
				{"first", .day = time_of(chart, 0)},
				{"last", .day = time_of(chart, CHART_DAYS - 1)},
				{"busiest", .day = time_of(chart, busiest)},
				{"most", .number = most}, {"total", .number = chart->total}));
	free(bars.html);
	return err;
}
