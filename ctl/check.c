/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl check: the databases, the clock, and one file for each other part. */
#include "ctl/check_parts.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/check_report.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "store/db.h"
#include "store/history.h"
#include "store/hits.h"
#include "store/lists.h"
#include "store/lookup.h"
#include "store/migrate.h"

/* 2026-01-01: this program is younger, so an earlier time is wrong. */
#define CLOCK_EARLIEST 1767225600

/* Seconds by which a record may be ahead of the clock: clocks are adjusted a little. */
#define CLOCK_TOLERANCE 60

/* NULL after reporting why it cannot be opened. */
static struct db *open_database(const char *what, const char *path, enum db_kind kind)
{
	char buffer[CONTEXT_MESSAGE_SIZE];
	struct text message = TEXT_OVER(buffer);
	struct db *db;

	if (context_try_open(path, kind, false, &db, &message) == ERR_NONE)
		check_say(
			CHECK_OK, what, NULL, "%s: schema %d", path, migrate_newest_version(kind));
	else
		check_say(CHECK_FAILED, what, NULL, "%s", buffer);
	return db;
}

static void say_unreadable(const char *what, const struct db *db, int err)
{
	check_say(CHECK_FAILED, what, NULL, "%s (%s)", err_text(err), db_error(db));
}

static void check_integrity(struct db *db)
{
	char buffer[CONTEXT_MESSAGE_SIZE];
	struct text message = TEXT_OVER(buffer);
	int err = db_check_integrity(db, &message);

	if (err == ERR_NONE)
		check_say(CHECK_OK, "integrity", NULL, "%s: integrity check passed", db_path(db));
	else
		check_say(CHECK_FAILED, "integrity",
			err == ERR_DB_CORRUPT ? "stop the daemons and restore a backup, or recover "
						"the data with sqlite3's .recover"
					      : NULL,
			"%s: %s%s%s", db_path(db), err_text(err), buffer[0] != '\0' ? ": " : "",
			buffer);
}

/* How many lists an address is on. */
static int count_lists(struct db *ops, const char *ip, size_t *count_r)
{
	static struct lookup lookup;
	struct addr addr;
	int err = addr_parse(ip, &addr);

	if (err == ERR_NONE)
		err = lookup_in(ops, &addr, clock_now(), &lookup);
	*count_r = lookup.count;
	return err;
}

static void check_test_entries(struct db *ops)
{
	static struct lists lists;
	size_t listed, unlisted;
	int err = lists_read(ops, &lists);

	if (err == ERR_NONE)
		err = count_lists(ops, "127.0.0.2", &listed);
	if (err == ERR_NONE)
		err = count_lists(ops, "127.0.0.1", &unlisted);
	if (err != ERR_NONE) {
		say_unreadable("test entries", ops, err);
		return;
	}
	bool right = lists.count > 0 && listed == lists.count && unlisted == 0;
	check_say(right ? CHECK_OK : CHECK_FAILED, "test entries",
		lists.count == 0 ? "\"opsctl list add NAME\" adds a list" : NULL,
		"127.0.0.2 is on %zu of %zu %s, 127.0.0.1 on %zu", listed, lists.count,
		plural((int64_t)lists.count, "list", "lists"), unlisted);
}

static void check_listings(struct db *ops)
{
	static struct lists lists;
	int64_t counts[LISTS_MAX], in_force = 0, expired, now = clock_now();
	int err = lists_read(ops, &lists);

	if (err == ERR_NONE)
		err = lists_count_listings(ops, &lists, now, counts);
	if (err == ERR_NONE)
		err = lists_count_expired(ops, now, &expired);
	if (err != ERR_NONE) {
		say_unreadable("listings", ops, err);
		return;
	}
	for (size_t i = 0; i < lists.count; i++)
		in_force += counts[i];
	bool all_expired = in_force == 0 && expired > 0;
	check_say(all_expired ? CHECK_WARNING : CHECK_OK, "listings",
		in_force == 0 ? "\"opsctl add\" and \"opsctl import\" add listings" : NULL,
		"%" PRId64 " in force, %" PRId64 " expired", in_force, expired);
}

/* Listings begin and expire by the clock, and hits are found by it. */
static void check_clock(struct context *context)
{
	static const char fix[] = "set the clock, and synchronize it with NTP";
	int64_t now = clock_now(), change_at = 0, hit_at = 0;
	char now_text[CLOCK_TEXT_SIZE], newest_text[CLOCK_TEXT_SIZE];

	/* A database that cannot be read is reported by its own check. */
	if (context->ops != NULL)
		(void)!history_newest(context->ops, &change_at);
	if (context->hits != NULL)
		(void)!hits_newest(context->hits, &hit_at);
	int64_t newest = change_at > hit_at ? change_at : hit_at;
	clock_format(now, now_text);
	clock_format(newest, newest_text);
	if (now < CLOCK_EARLIEST)
		check_say(CHECK_FAILED, "clock", fix, "it says %s UTC", now_text);
	else if (newest > now + CLOCK_TOLERANCE)
		check_say(CHECK_WARNING, "clock", fix,
			"it says %s UTC, but the newest %s is dated %s", now_text,
			hit_at == newest ? "hit" : "change", newest_text);
	else
		check_say(CHECK_OK, "clock", NULL, "%s UTC", now_text);
}

static enum status run(struct context *context)
{
	const struct conf *conf = context->conf;

	check_begin(context_json(context));
	check_say(CHECK_OK, "configuration", NULL, "%s", context->conf_path);
	check_files(conf);
	context->ops = open_database("database", conf->database, DB_OPS);
	context->hits = open_database("hit log", conf->hit_log, DB_HITS);
	if (context->ops != NULL) {
		check_test_entries(context->ops);
		check_listings(context->ops);
	}
	check_clock(context);
	check_filter(conf);
	check_site(conf);
	if (context->ops != NULL)
		check_prober(context->ops);
	/* Last, because they read the whole databases. */
	if (context->ops != NULL)
		check_integrity(context->ops);
	if (context->hits != NULL)
		check_integrity(context->hits);
	return check_has_failed() ? STATUS_NO : STATUS_DONE;
}

const struct command command_check = {
	.name = "check",
	.summary = "find faults of the installation, and how to fix them",
	.forms = {{"check", .run = run}},
	.example = "opsctl check",
	.notes = "Run it as root, or as a user who may read the databases. The exit status is 1 if "
		 "a check\n"
		 "failed. Large databases take a while, because they are read completely.",
};
