/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl report: counts of hits, with bars. */
#include <inttypes.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"
#include "store/hits.h"

#define BAR_WIDTH 30 /* characters of the longest bar */
#define BAR_SIZE (BAR_WIDTH * 3 + 1)
#define TOP 10 /* lines of a part but the days */
#define DAY 86400

/* A line of the report. Lines are kept because the bars are drawn relative to the largest. */
struct line {
	const char *group; /* of its part */
	char key[512];
	struct hits_count count;
	char bar[BAR_SIZE];
};

struct part {
	const char *group; /* in JSON */
	const char *title;
	enum hits_group by;
	struct line *lines;
	size_t count;
	bool out_of_memory;
};

static void add_line(struct part *part, const struct hits_count *count)
{
	struct line *lines = reallocarray(part->lines, part->count + 1, sizeof(*lines));

	if (lines == NULL) {
		part->out_of_memory = true;
		return;
	}
	part->lines = lines;
	lines[part->count].count = *count;
	text_copy(lines[part->count].key, sizeof(lines[part->count].key), count->key);
	part->count++;
}

/* Days without hits have no rows; the report shows them as 0. */
static void add_days_between(struct part *part, const char *day)
{
	char next[CLOCK_TEXT_SIZE];
	int64_t time;

	while (part->count > 0 && !part->out_of_memory) {
		if (clock_parse_moment(part->lines[part->count - 1].key, 0, &time) != ERR_NONE)
			return;
		clock_format(time + DAY, next);
		next[strlen("2026-11-20")] = '\0';
		if (strcmp(next, day) >= 0)
			return;
		add_line(part, &(struct hits_count){.key = next});
	}
}

static void take(void *context, const struct hits_count *count)
{
	struct part *part = context;

	if (part->by == HITS_BY_DAY)
		add_days_between(part, count->key);
	add_line(part, count);
}

/* In Unicode, a bar ends in eighths of a character. */
static void draw_bar(int64_t value, int64_t most, bool unicode, char bar_r[BAR_SIZE])
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	int64_t length = most > 0 ? (int64_t)((double)value / (double)most * BAR_WIDTH * 8) : 0;

	/* Any hit at all must be visible. */
	if (value > 0 && length < (unicode ? 1 : 8))
		length = unicode ? 1 : 8;
	struct text bar = text_over(bar_r, BAR_SIZE);
	for (int64_t i = 0; i < length / 8; i++)
		text_add(&bar, unicode ? "█" : "#");
	if (unicode)
		text_add(&bar, eighths[length % 8]);
}

static int64_t most_hits(const struct part *part)
{
	int64_t most = 0;

	for (size_t i = 0; i < part->count; i++)
		most = part->lines[i].count.hits > most ? part->lines[i].count.hits : most;
	return most;
}

static bool locale_is_utf8(void)
{
	setlocale(LC_CTYPE, "");
	bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	setlocale(LC_CTYPE, "C");
	return utf8;
}

static const char *key_of(const void *row)
{
	const struct line *line = row;

	return line->key[0] != '\0' ? line->key : "(not given)";
}

static enum colour bar_colour(const void *row)
{
	(void)row;
	return COLOUR_RED;
}

/* For people, the bars are drawn first. */
static void show_part(struct part *part, bool json)
{
	const struct column columns[] = {
		{"by", NULL, COLUMN_TEXT, AT(struct line, group)},
		{"key", NULL, COLUMN_TEXT, AT(struct line, count.key)},
		{NULL, part->title, COLUMN_CALL, CALL(key_of)},
		{"hits", "HITS", COLUMN_NUMBER, AT(struct line, count.hits)},
		{NULL, "", COLUMN_CHARS, AT(struct line, bar), .colour = bar_colour},
		{"refused", "REFUSED", COLUMN_NUMBER, AT(struct line, count.refused)},
		{"deferred", "DEFERRED", COLUMN_NUMBER, AT(struct line, count.deferred)},
		{"other", "OTHER", COLUMN_NUMBER, AT(struct line, count.other)},
		{"clients", "CLIENTS", COLUMN_NUMBER, AT(struct line, count.clients)},
	};
	struct table *table = table_new(COLUMNS(columns), json);
	int64_t most = most_hits(part);
	bool unicode = locale_is_utf8();

	for (size_t i = 0; i < part->count; i++) {
		struct line *line = &part->lines[i];
		line->group = part->group;
		line->count.key = line->key;
		draw_bar(line->count.hits, most, unicode, line->bar);
		table_add(table, line);
	}
	if (!json && part->count > 0)
		puts("");
	table_end(&table, NULL);
}

/* The totals are those of the days. */
static void print_heading(const struct part *days, const struct span *span)
{
	char since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
	int64_t hits = 0, refused = 0;

	clock_format(span->since, since);
	clock_format(span->until, until);
	for (size_t i = 0; i < days->count; i++) {
		hits += days->lines[i].count.hits;
		refused += days->lines[i].count.refused;
	}
	if (hits == 0)
		say("no hits from %s to %s", since, until);
	else
		say_colour(COLOUR_BOLD,
			"%" PRId64 " %s, %" PRId64 " of them refused, from %s to %s UTC", hits,
			plural(hits, "hit", "hits"), refused, since, until);
}

/* One transaction, so that all parts agree. */
static int read_parts(struct db *hits, const struct span *span, struct part *parts, size_t count)
{
	int err = db_begin_read(hits);

	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		err = hits_count(hits, parts[i].by, span->since, span->until, TOP, take, &parts[i]);
		if (err == ERR_NONE && parts[i].out_of_memory)
			err = ERR_MEMORY;
	}
	return db_end(hits, err);
}

static enum status run(struct context *context)
{
	struct part parts[] = {
		{.group = "day", .title = "DAY", .by = HITS_BY_DAY},
		{.group = "list", .title = "LIST", .by = HITS_BY_LIST},
		{.group = "network", .title = "NETWORK", .by = HITS_BY_NETWORK},
		{.group = "sender_domain", .title = "SENDER DOMAIN", .by = HITS_BY_SENDER_DOMAIN},
	};
	const size_t count = sizeof(parts) / sizeof(parts[0]);
	struct span span;

	if (context_read_span(context, "7d", &span) != STATUS_DONE)
		return STATUS_USAGE;
	span.until = clock_now();
	int err = read_parts(context->hits, &span, parts, count);
	if (err == ERR_NONE && !context_json(context))
		print_heading(&parts[0], &span);
	for (size_t i = 0; i < count; i++) {
		if (err == ERR_NONE)
			show_part(&parts[i], context_json(context));
		free(parts[i].lines);
	}
	return context_status(context->hits, err);
}

const struct command command_report = {
	.name = "report",
	.summary = "count hits by day, list, network and sender domain",
	.forms = {{"report [--since MOMENT]", .opens = READS_HITS, .run = run}},
	.example = "opsctl report --since 30d",
	.notes = "MOMENT is a duration before now (7d, 12h) or a time in UTC (2026-11-20).",
	.options = {{OPTION_SINCE, "MOMENT", "no earlier hits (default 7d)"}},
};
