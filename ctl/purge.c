/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl purge: deletes old hits and the bodies of old evidence, and gives the space back. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/hits.h"

/* The longest pause between two transactions, in which the filter can write. */
#define PAUSE_MSECS_MAX 100

/* One kind of what a purge deletes, and how much of it it has deleted so far. */
struct part {
	enum option_id option;
	const char *one, *many;
	const char *kept; /* what people are told of the rest */
	const char *age;  /* as typed; NULL: this kind is not purged */
	int64_t before;
	int64_t deleted;
};

static enum status read_age(const struct context *context, struct part *part)
{
	int64_t seconds;

	part->age = context_option(context, part->option, NULL);
	if (part->age == NULL)
		return STATUS_DONE;
	if (clock_parse_duration(part->age, &seconds) != ERR_NONE || seconds == CLOCK_NEVER)
		return fail(STATUS_USAGE,
			"--%s: \"%s\" is not an age (for example 90d or 12h, at most 100y)",
			option_name(part->option), part->age);
	part->before = clock_now() - seconds;
	return STATUS_DONE;
}

/* As long as the last transaction took, so that the filter can write as well. */
static void pause_for(int64_t msecs)
{
	if (msecs > PAUSE_MSECS_MAX)
		msecs = PAUSE_MSECS_MAX;
	nanosleep(&(struct timespec){.tv_nsec = (msecs + 1) * 1000000}, NULL);
}

static void add_count(struct text *text, const struct part *part)
{
	text_add_format(text, "%" PRId64 " %s", part->deleted,
		plural(part->deleted, part->one, part->many));
}

/* The hits are deleted even when a later step fails, so the history says how many they were. */
static int record_hits(struct context *context, const struct part *hits)
{
	char buffer[128];
	struct text why = TEXT_OVER(buffer);
	struct change change = context_change(context, "purge", buffer);

	if (hits->deleted == 0)
		return ERR_NONE;
	add_count(&why, hits);
	text_add_format(&why, " older than %s", hits->age);
	return history_add(context->ops, &change, NULL);
}

static enum status purge_hits(struct context *context, struct part *hits)
{
	int64_t deleted;
	int err;

	if (context_open_hits(context, true) != STATUS_DONE)
		return STATUS_FAILED;
	do {
		int64_t begun_msecs = clock_monotonic_msecs();
		err = hits_purge_some(context->hits, hits->before, &deleted);
		hits->deleted += deleted;
		pause_for(clock_monotonic_msecs() - begun_msecs);
	} while (err == ERR_NONE && deleted == HITS_PURGE_BATCH);
	if (err == ERR_NONE)
		err = db_give_back(context->hits);
	int record_err = record_hits(context, hits);
	if (err != ERR_NONE)
		return context_failed(context->hits, err);
	return context_status(context->ops, record_err);
}

static enum status purge_bodies(struct context *context, struct part *evidence)
{
	char why[128];
	struct change change = context_change(context, "purge", why);

	snprintf(why, sizeof(why), "bodies of evidence older than %s", evidence->age);
	int err = evidence_purge(context->ops, evidence->before, &change, &evidence->deleted);
	if (err == ERR_NONE)
		err = db_give_back(context->ops);
	return context_status(context->ops, err);
}

static void report_json(const struct part parts[2], bool failed)
{
	struct json json = {.file = stdout};

	json_open(&json, NULL, '{');
	json_number(&json, "hits", parts[0].deleted);
	json_number(&json, "evidence", parts[1].deleted);
	if (failed)
		json_bool(&json, "failed", true);
	json_close(&json, '}');
	json_end_line(&json);
}

/* What was deleted before a failure stays deleted. */
static void report(const struct context *context, const struct part parts[2], bool failed)
{
	char buffer[256];
	struct text text = TEXT_OVER(buffer);

	for (size_t i = 0; i < 2; i++) {
		if (parts[i].age == NULL)
			continue;
		text_add(&text, text.length > 0 ? ", " : "");
		add_count(&text, &parts[i]);
		if (!failed && !context_json(context)) {
			say("%s older than %s deleted%s", buffer, parts[i].age, parts[i].kept);
			text_clear(&text);
		}
	}
	if (failed)
		say_error("purge failed; deleted before it failed: %s", buffer);
	if (context_json(context))
		report_json(parts, failed);
}

static bool is_confirmed(const struct context *context, const struct part parts[2])
{
	char buffer[256];
	struct text question = TEXT_OVER(buffer);

	for (size_t i = 0; i < 2; i++) {
		if (parts[i].age != NULL)
			text_add_format(&question, "%s %s older than %s",
				question.length > 0 ? " and" : "Delete", parts[i].many,
				parts[i].age);
	}
	text_add(&question, "?");
	return context_confirm(context, buffer);
}

static enum status run(struct context *context)
{
	struct part parts[] = {
		{OPTION_HITS, "hit", "hits", .kept = ""},
		{OPTION_EVIDENCE, "body of evidence", "bodies of evidence",
			.kept = "; checksums are kept"},
	};
	enum status status = STATUS_DONE;

	if (read_age(context, &parts[0]) != STATUS_DONE ||
		read_age(context, &parts[1]) != STATUS_DONE)
		return STATUS_USAGE;
	if (parts[0].age == NULL && parts[1].age == NULL)
		return fail(STATUS_USAGE, "nothing to delete; give --hits AGE, --evidence AGE or "
					  "both (for example --hits 90d)");
	if (!is_confirmed(context, parts))
		return fail(STATUS_NO, "nothing was deleted");
	if (parts[0].age != NULL)
		status = purge_hits(context, &parts[0]);
	if (status == STATUS_DONE && parts[1].age != NULL)
		status = purge_bodies(context, &parts[1]);
	report(context, parts, status != STATUS_DONE);
	return status;
}

const struct command command_purge = {
	.name = "purge",
	.summary = "delete old hits and evidence, and free their disk space",
	.forms = {{"purge [--hits AGE] [--evidence AGE] [--yes]", .opens = CHANGES_OPS,
		.run = run}},
	.example = "opsctl purge --hits 90d --evidence 365d",
	.notes = "Evidence of a listing in force is kept, whatever its age.",
	.options = {{OPTION_HITS, "AGE", "hits older than this (90d)"},
		{OPTION_EVIDENCE, "AGE", "bodies of evidence older than this (365d)"},
		{OPTION_YES, NULL, "do not ask, also on a terminal"}},
};
