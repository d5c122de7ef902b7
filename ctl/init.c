/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl init: creates or upgrades the databases. */
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "store/db.h"
#include "store/migrate.h"

static void report(const struct context *context, const char *path, int from, int to)
{
	struct json json = {.file = stdout};

	if (context_json(context)) {
		json_open(&json, NULL, '{');
		json_text(&json, "database", path);
		json_number(&json, "from_version", from);
		json_number(&json, "version", to);
		json_close(&json, '}');
		json_end_line(&json);
	} else if (from == 0) {
		say("%s: created", path);
	} else if (from < to) {
		say("%s: upgraded from schema %d to %d", path, from, to);
	} else {
		say("%s: already exists, schema %d", path, to);
	}
}

static enum status bring_up(
	struct context *context, const char *path, enum db_kind kind, int *from_r)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	if (migrate(path, kind, from_r, &message) != ERR_NONE)
		return fail(STATUS_FAILED, "%s", buffer);
	report(context, path, *from_r, migrate_newest_version(kind));
	return STATUS_DONE;
}

/* Creation is recorded by the schema itself; an upgrade is recorded with the name of the user. */
static enum status record_upgrade(struct context *context, int from)
{
	struct change change = context_change(context, "init", "upgraded the databases");

	if (from == 0 || from == migrate_newest_version(DB_OPS))
		return STATUS_DONE;
	enum status status = context_open_ops(context, true);
	if (status != STATUS_DONE)
		return status;
	int err = history_add(context->ops, &change, NULL);
	return context_status(context->ops, err);
}

static enum status run(struct context *context)
{
	int ops_from, hits_from;
	enum status status = bring_up(context, context->conf->database, DB_OPS, &ops_from);

	if (status == STATUS_DONE)
		status = bring_up(context, context->conf->hit_log, DB_HITS, &hits_from);
	if (status == STATUS_DONE)
		status = record_upgrade(context, ops_from);
	return status;
}

const struct command command_init = {
	.name = "init",
	.summary = "create or upgrade both databases; safe to repeat",
	.forms = {{"init", .run = run}},
	.example = "opsctl init",
	.notes = "The folder must exist. A new database has the lists ops rbl rss dul nml qil.",
};
