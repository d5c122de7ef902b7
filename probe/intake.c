/* SPDX-License-Identifier: BSD-2-Clause */
/* From the inbox to the database of listings. */
#include "probe/intake.h"

#include <inttypes.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/inbox.h"
#include "store/migrate.h"

/* The site may hold the inbox's lock, so the wait is short: tests wait too. */
#define WAIT_MSECS 50
#define RETRY_MSECS 2000
#define STALE_MSECS 250

#define PURGE_MSECS 3600000
#define DENIED_COPIES_SECS (14 * 86400)

/* Closes the inbox after a failure. */
static void fail(struct intake *intake, const char *message)
{
	failure_log_add(&intake->failures, message);
	db_close(&intake->inbox);
	intake->tried_msecs = clock_monotonic_msecs();
}

static bool open_inbox(struct intake *intake, const struct conf *conf)
{
	struct db_options options = {
		.kind = DB_INBOX,
		.role = ROLE_PROBER,
		.writable = true,
		.wait_msecs = WAIT_MSECS,
	};
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);

	if (intake->inbox != NULL && db_is_stale(intake->inbox, STALE_MSECS))
		db_close(&intake->inbox);
	if (intake->inbox != NULL)
		return true;
	if (intake->tried_msecs != 0 && clock_monotonic_msecs() - intake->tried_msecs < RETRY_MSECS)
		return false;
	if (store_open(conf->inbox, &options, &intake->inbox, &message) == ERR_NONE)
		return true;
	fail(intake, buffer);
	return false;
}

static void log_taken(void *context, const struct inbox_taken *taken)
{
	const struct request *request = &taken->filing.request;
	const char *kind = request_kind_name(request->kind);
	char ip[ADDR_TEXT_SIZE];

	(void)context;
	addr_format(&request->address, ip);
	if (taken->request_id != 0)
		log_info("%s: %s, request %" PRId64, ip, kind, taken->request_id);
	else
		log_info("%s: a %s is dropped: %s", ip, kind, taken->why);
}

/* A row that breaks a rule of the schema would fail again and again: that is logged each time, and
 * stops nothing. */
static int purge_denied(struct intake *intake, struct db *ops)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	int64_t now_msecs = clock_monotonic_msecs();
	int64_t purged;

	if (intake->purged_msecs != 0 && now_msecs - intake->purged_msecs < PURGE_MSECS)
		return ERR_NONE;
	int err =
		evidence_purge_denied(ops, clock_now() - DENIED_COPIES_SECS, clock_now(), &purged);
	if (err != ERR_NONE && err != ERR_REFUSED)
		return err;
	intake->purged_msecs = now_msecs;
	if (db_explain(ops, err, &message) != ERR_NONE)
		log_error("copies of denied nominations cannot be deleted: %s", buffer);
	else if (purged > 0)
		log_info("%" PRId64 " cop%s of denied nominations deleted", purged,
			purged == 1 ? "y" : "ies");
	return ERR_NONE;
}

int intake_run(struct intake *intake, const struct conf *conf, struct db *ops)
{
	const struct inbox_rules rules = {
		.hosts = conf->probe.hosts,
		.cooldown_secs = conf->probe.cooldown_secs,
		.nomination_cooldown_secs = conf->probe.nomination_cooldown_secs,
		.caps = conf->caps,
	};
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct db *failed;
	int err = purge_denied(intake, ops);

	if (err != ERR_NONE || !open_inbox(intake, conf))
		return err;
	err = inbox_take(intake->inbox, ops, &rules, clock_now(), log_taken, NULL, &failed);
	if (err == ERR_NONE || failed == ops)
		return err;
	(void)db_explain(failed, err, &message);
	fail(intake, buffer);
	return ERR_NONE;
}

void intake_close(struct intake *intake)
{
	db_close(&intake->inbox);
}
