/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/chart.h"

#include <string.h>

#include "base/clock.h"

#define DAY_SECS 86400
/* The picture's own units. */
#define STEP 20
#define HEIGHT 90
#define WIDTH (CHART_DAYS * STEP)

static void format_day(int64_t day, char text_r[CLOCK_TEXT_SIZE])
{
	clock_format(day * DAY_SECS, text_r);
	text_r[10] = '\0'; /* without the time */
}

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

static void write_bar(const struct chart *chart, int index, int64_t most, FILE *out)
{
	char day[CLOCK_TEXT_SIZE];
	int64_t height = (chart->hits[index] * HEIGHT + most - 1) / most;

	if (height == 0)
		return;
	format_day(chart->first_day + index, day);
	fprintf(out,
		"<rect class=\"bar\" x=\"%d\" y=\"%lld\" width=\"%d\" height=\"%lld\">"
		"<title>%s: %lld</title></rect>\n",
		index * STEP + 2, (long long)(HEIGHT - height), STEP - 4, (long long)height, day,
		(long long)chart->hits[index]);
}

void chart_write(const struct chart *chart, FILE *out)
{
	char first[CLOCK_TEXT_SIZE];
	char last[CLOCK_TEXT_SIZE];
	char day[CLOCK_TEXT_SIZE];
	int busiest = busiest_day(chart);

	format_day(chart->first_day, first);
	format_day(chart->first_day + CHART_DAYS - 1, last);
	format_day(chart->first_day + busiest, day);
	fprintf(out,
		"<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-labelledby=\"chart-title\">\n"
		"<title id=\"chart-title\">Refusals per day from %s to %s: %lld in all, most on %s "
		"with %lld.</title>\n",
		WIDTH, HEIGHT + 18, first, last, (long long)chart->total, day,
		(long long)chart->hits[busiest]);
	for (int i = 0; chart->total > 0 && i < CHART_DAYS; i++)
		write_bar(chart, i, chart->hits[busiest], out);
	fprintf(out,
		"<line class=\"axis\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n"
		"<text x=\"0\" y=\"%d\">%s</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s"
		"</text>\n</svg>\n",
		HEIGHT, WIDTH, HEIGHT, HEIGHT + 14, first, WIDTH, HEIGHT + 14, last);
	fprintf(out, "<p class=\"small\">Refusals in these %d days: %lld, most on %s (%lld).</p>\n",
		CHART_DAYS, (long long)chart->total, day, (long long)chart->hits[busiest]);
}
