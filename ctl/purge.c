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

/* What a purge deletes, and what it has deleted so far. */
struct purge {
	const char *hits_age; /* as typed; NULL: hits are not purged */
	const char *evidence_age;
	int64_t hits_before;
	int64_t evidence_before;
	int64_t hits;
	int64_t evidence;
};

static enum status read_age(
	const struct context *context, enum option_id id, const char **age_r, int64_t *before_r)
{
	int64_t seconds;

	*age_r = context_option(context, id, NULL);
	if (*age_r == NULL)
		return STATUS_DONE;
	if (clock_parse_duration(*age_r, &seconds) == ERR_NONE && seconds != CLOCK_NEVER) {
		*before_r = clock_now() - seconds;
		return STATUS_DONE;
	}
	return fail(STATUS_USAGE,
		"--%s: \"%s\" is not an age (for example 90d or 12h, at most 100y)",
		option_name(id), *age_r);
}

/* As long as the last transaction took, so that the filter can write as well. */
static void pause_for(int64_t msecs)
{
	if (msecs > PAUSE_MSECS_MAX)
		msecs = PAUSE_MSECS_MAX;
	nanosleep(&(struct timespec){.tv_nsec = (msecs + 1) * 1000000}, NULL);
}

/* The hits are deleted even when a later step fails, so the history says how many they were. */
static int record_hits(struct context *context, const struct purge *purge)
{
	char why[128];
	struct change change = context_change(context, "purge", why);

	if (purge->hits == 0)
		return ERR_NONE;
	snprintf(why, sizeof(why), "%" PRId64 " %s older than %s", purge->hits,
		plural(purge->hits, "hit", "hits"), purge->hits_age);
	return history_add(context->ops, &change, NULL);
}

static enum status purge_hits(struct context *context, struct purge *purge)
{
	int64_t deleted;
	int err;

	do {
		int64_t begun_msecs = clock_monotonic_msecs();
		err = hits_purge_some(context->hits, purge->hits_before, &deleted);
		purge->hits += deleted;
		pause_for(clock_monotonic_msecs() - begun_msecs);
	} while (err == ERR_NONE && deleted == HITS_PURGE_BATCH);
	if (err == ERR_NONE)
		err = db_give_back(context->hits);
	int record_err = record_hits(context, purge);
	if (err != ERR_NONE)
		return context_failed(context->hits, err);
	return context_status(context->ops, record_err);
}

static enum status purge_bodies(struct context *context, struct purge *purge)
{
	char why[128];
	struct change change = context_change(context, "purge", why);

	snprintf(why, sizeof(why), "bodies of evidence older than %s", purge->evidence_age);
	int err = evidence_purge(context->ops, purge->evidence_before, &change, &purge->evidence);
	if (err == ERR_NONE)
		err = db_give_back(context->ops);
	return context_status(context->ops, err);
}

static void report_json(const struct purge *purge, bool failed)
{
	struct json json = {.file = stdout};

	json_open(&json, NULL, '{');
	json_number(&json, "hits", purge->hits);
	json_number(&json, "evidence", purge->evidence);
	if (failed)
		json_bool(&json, "failed", true);
	json_close(&json, '}');
	json_end_line(&json);
}

static void report(const struct purge *purge)
{
	if (purge->hits_age != NULL)
		say("%" PRId64 " %s older than %s deleted", purge->hits,
			plural(purge->hits, "hit", "hits"), purge->hits_age);
	if (purge->evidence_age != NULL)
		say("%" PRId64 " %s of evidence older than %s deleted; checksums are kept",
			purge->evidence, plural(purge->evidence, "body", "bodies"),
			purge->evidence_age);
}

/* What was deleted before a failure stays deleted. */
static void report_failure(const struct purge *purge)
{
	char buffer[128];
	struct text deleted = TEXT_OVER(buffer);

	if (purge->hits_age != NULL)
		text_add_format(&deleted, "%" PRId64 " %s", purge->hits,
			plural(purge->hits, "hit", "hits"));
	if (purge->evidence_age != NULL)
		text_add_format(&deleted, "%s%" PRId64 " %s of evidence",
			purge->hits_age != NULL ? ", " : "", purge->evidence,
			plural(purge->evidence, "body", "bodies"));
	say_error("purge failed; deleted before it failed: %s", buffer);
}

static enum status run(struct context *context)
{
	struct purge purge = {.hits = 0};

	if (read_age(context, OPTION_HITS, &purge.hits_age, &purge.hits_before) != STATUS_DONE ||
		read_age(context, OPTION_EVIDENCE, &purge.evidence_age, &purge.evidence_before) !=
			STATUS_DONE)
		return STATUS_USAGE;
	if (purge.hits_age == NULL && purge.evidence_age == NULL)
		return fail(STATUS_USAGE,
			"nothing to delete; give --hits AGE, --evidence AGE or both (for example "
			"--hits 90d)");
	enum status status =
		purge.hits_age != NULL ? context_open_hits(context, true) : STATUS_DONE;
	if (status == STATUS_DONE && purge.hits_age != NULL)
		status = purge_hits(context, &purge);
	if (status == STATUS_DONE && purge.evidence_age != NULL)
		status = purge_bodies(context, &purge);
	if (status != STATUS_DONE)
		report_failure(&purge);
	if (context_json(context))
		report_json(&purge, status != STATUS_DONE);
	else if (status == STATUS_DONE)
		report(&purge);
	return status;
}

const struct command command_purge = {
	.name = "purge",
	.summary = "delete old hits and evidence, and free their disk space",
	.forms = {{"purge [--hits AGE] [--evidence AGE]", .opens = CHANGES_OPS, .run = run}},
	.example = "opsctl purge --hits 90d --evidence 365d",
	.notes = "Evidence of a listing in force is kept, whatever its age.",
	.options = {{OPTION_HITS, "AGE", "hits older than this (90d)"},
		{OPTION_EVIDENCE, "AGE", "bodies of evidence older than this (365d)"}},
};
