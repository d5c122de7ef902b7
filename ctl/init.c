/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl init: creates or upgrades the databases, and gives each to its user. */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "daemon/daemon.h"
#include "store/db.h"
#include "store/migrate.h"

/* A database, and the user who writes it; all programs write the inbox, by its group. */
struct database {
	const char *path;
	enum db_kind kind;
	const char *option;
	const char *user;
};

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

/* Gives a file to the user of the program that writes it. A program that is not root gives nothing
 * away, and its own files are as they should be. */
static void give(struct context *context, const char *path, unsigned mode, const char *option,
	const char *user)
{
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	struct daemon_user found;
	struct stat status;
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || geteuid() != 0) {
		/* Nothing to give. */
	} else if (daemon_find_user(user, &found, &message) != ERR_NONE) {
		if (!context_json(context))
			say("%s: stays root's: %s (%s); create it and run \"opsctl init\" again",
				path, buffer, option);
	} else {
		(void)!fchown(fd, found.uid, (gid_t)-1);
		(void)!fchmod(fd, mode);
	}
	if (fd >= 0)
		close(fd);
}

/* The worker's lock (opsprobe(8)), which it could not make in a folder of root's. */
static void make_lock(struct context *context)
{
	const struct conf *conf = context->conf;
	char path[PATH_MAX];
	struct text name = TEXT_OVER(path);

	text_add_format(&name, "%s-opsprobe", conf->database);
	if (name.overflow || geteuid() != 0)
		return;
	int fd = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	give(context, path, 0600, "probe.user", conf->probe.user);
}

static enum status bring_up(struct context *context, const struct database *database, int *from_r)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	if (migrate(database->path, database->kind, from_r, &message) != ERR_NONE)
		return fail(STATUS_FAILED, "%s", buffer);
	give(context, database->path, migrate_file_mode(database->kind), database->option,
		database->user);
	migrate_match_files(database->path);
	report(context, database->path, *from_r, migrate_newest_version(database->kind));
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
	const struct conf *conf = context->conf;
	const struct database databases[] = {
		{conf->database, DB_OPS, "probe.user", conf->probe.user},
		{conf->hit_log, DB_HITS, "milter.user", conf->milter.user},
		{conf->inbox, DB_INBOX, "web.user", conf->web.user},
	};
	enum status status = STATUS_DONE;
	int from[3];

	for (size_t i = 0; status == STATUS_DONE && i < 3; i++)
		status = bring_up(context, &databases[i], &from[i]);
	if (status != STATUS_DONE)
		return status;
	make_lock(context);
	return record_upgrade(context, from[0]);
}

const struct command command_init = {
	.name = "init",
	.summary = "create or upgrade the databases; safe to repeat",
	.forms = {{"init", .run = run}},
	.example = "opsctl init",
	.notes = "The folder must exist. Root's init gives each database to the user of the "
		 "program that "
		 "writes it. A new database has the lists ops rbl rss dul nml qil.",
};
