/* SPDX-License-Identifier: BSD-2-Clause */
/* The inbox: what strangers file, and how it is taken into the database of listings. */
#include "store/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/nominations.h"
#include "store/removals.h"
#include "store/tests.h"

#define DAY_SECS 86400

void inbox_make_token(char token_r[REQUEST_TOKEN_SIZE])
{
	snprintf(token_r, REQUEST_TOKEN_SIZE, "%08x%08x%08x%08x", arc4random(), arc4random(),
		arc4random(), arc4random());
}

int inbox_file(struct db *inbox, const struct filing *filing)
{
	const struct request *request = &filing->request;
	struct statement *insert = db_begin(inbox, ADD_FILING);
	struct filing same;
	int64_t id;

	db_bind_text(insert, 1, request_kind_name(request->kind));
	db_bind_addr_text(insert, 2, &request->address);
	db_bind_text(insert, 3, request->list);
	db_bind_int(insert, 4, request->requested_at);
	db_bind_text(insert, 5, request->filed_by);
	if (request->from_visitor)
		db_bind_addr_text(insert, 6, &request->filed_from);
	db_bind_text(insert, 7, request->contact);
	db_bind_text(insert, 8, request->note);
	db_bind_text(insert, 9, request->token);
	if (request->kind == REQUEST_NOMINATION)
		db_bind_blob(insert, 10, filing->spam, filing->length);
	int err = db_insert(insert, &id);
	if (err == ERR_REFUSED && inbox_find(inbox, request->token, &same) == ERR_NONE)
		return ERR_EXISTS;
	return err;
}

/* The columns are those of FIND_FILING. Nothing of a row is trusted: texts are cut to fit, and an
 * address or a kind that is none makes a filing that nobody accepts. */
static void read_filing(struct statement *row, void *result_r)
{
	struct filing *filing_r = result_r;
	struct request *request = &filing_r->request;

	*filing_r = (struct filing){.id = db_int(row, 0)};
	request->kind = strcmp(db_text(row, 1), request_kind_name(REQUEST_NOMINATION)) == 0
				? REQUEST_NOMINATION
				: REQUEST_REMOVAL;
	(void)!addr_parse(db_text(row, 2), &request->address);
	text_copy(request->list, sizeof(request->list), db_text(row, 3));
	request->requested_at = db_int(row, 4);
	text_copy(request->filed_by, sizeof(request->filed_by),
		strcmp(db_text(row, 5), INBOX_FILTER) == 0 ? INBOX_FILTER : "visitor");
	request->from_visitor = addr_parse(db_text(row, 6), &request->filed_from) == ERR_NONE;
	text_copy(request->contact, sizeof(request->contact), db_text(row, 7));
	text_copy(request->note, sizeof(request->note), db_text(row, 8));
	text_copy(request->token, sizeof(request->token), db_text(row, 9));
	filing_r->spam = db_blob(row, 10, &filing_r->length);
}

int inbox_find(struct db *inbox, const char *token, struct filing *filing_r)
{
	struct statement *row = db_begin(inbox, FIND_FILING);

	db_bind_text(row, 1, token);
	int err = db_read_one(row, read_filing, filing_r);
	filing_r->spam = NULL;
	return err;
}

static void read_pair(struct statement *row, void *result_r)
{
	int64_t *pair_r = result_r;

	pair_r[0] = db_int(row, 0);
	pair_r[1] = db_int(row, 1);
}

static void read_waiting(struct statement *row, void *result_r)
{
	struct usage *usage = result_r;

	usage->undecided += db_int(row, 0);
	usage->nominations += db_int(row, 1);
	usage->octets_today += db_int(row, 2);
	usage->octets += db_int(row, 2);
}

static int read_usage_of_ops(struct db *ops, int64_t now, struct usage *usage)
{
	struct statement *today = db_begin(ops, COUNT_NOMINATIONS);
	int64_t pair[2] = {0};

	db_bind_int(today, 1, now - DAY_SECS);
	int err = db_read_one(today, read_pair, pair);
	if (err == ERR_NONE)
		err = db_get_int(db_begin(ops, COUNT_COPIES), &usage->octets);
	if (err == ERR_NONE)
		err = db_get_int(db_begin(ops, COUNT_UNDECIDED), &usage->undecided);
	usage->nominations = pair[0];
	usage->octets_today = pair[1];
	return err;
}

int inbox_read_usage(struct db *ops, struct db *inbox, int64_t now, struct usage *usage_r)
{
	struct statvfs disk;
	int err = ERR_NONE;

	*usage_r = (struct usage){.nominations = 0};
	if (ops != NULL)
		err = read_usage_of_ops(ops, now, usage_r);
	if (err == ERR_NONE && inbox != NULL)
		err = db_read_one(db_begin(inbox, COUNT_FILINGS), read_waiting, usage_r);
	if (statvfs(db_path(inbox != NULL ? inbox : ops), &disk) == 0) {
		usage_r->free_octets = (uint64_t)disk.f_bavail * disk.f_frsize;
		usage_r->disk_octets = (uint64_t)disk.f_blocks * disk.f_frsize;
	}
	return err;
}

static int drop(struct db *inbox, int64_t id)
{
	struct statement *statement = db_begin(inbox, DROP_FILING);

	db_bind_int(statement, 1, id);
	return db_run(statement);
}

static int take_nomination(struct db *ops, struct filing *filing, const struct inbox_rules *rules,
	int64_t *request_id_r, struct text *why_r)
{
	struct nomination nomination = {
		.request = filing->request,
		.spam = filing->spam,
		.length = filing->length,
		.confirmed = strcmp(filing->request.filed_by, INBOX_FILTER) == 0,
		.rules = &rules->hosts,
	};
	enum nomination_end end;
	int64_t latest;
	int err = tests_latest_at(ops, &filing->request.address, false, &latest);

	nomination.source = nomination.confirmed ? "a trap recipient" : "the site's form";
	if (latest > 0)
		nomination.not_before = latest + rules->nomination_cooldown_secs;
	if (err == ERR_NONE)
		err = nominations_file(ops, &nomination, &end, why_r);
	/* The form that was sent leads to the nomination that waits; its test is due when it is. */
	if (err == ERR_NONE && end == NOMINATION_WAITS)
		err = requests_repeat(ops, &nomination.request, CLOCK_NEVER);
	*request_id_r = err == ERR_NONE ? nomination.request.id : 0;
	return err;
}

static int take_removal(struct db *ops, struct filing *filing, const struct inbox_rules *rules,
	int64_t now, int64_t *request_id_r, struct text *why_r)
{
	int err = removals_file(ops, &filing->request, rules->cooldown_secs, now);

	*request_id_r = err == ERR_NONE ? filing->request.id : 0;
	if (err != ERR_NOT_FOUND)
		return err;
	text_add(why_r, "the address is not listed any more");
	return ERR_NONE;
}

/* Files one in ops. A row that breaks a rule of the schema is dropped, as it would fail again. */
static int take(struct db *ops, struct filing *filing, const struct inbox_rules *rules, int64_t now,
	int64_t *request_id_r, struct text *why_r)
{
	int err;

	*request_id_r = 0;
	/* A clock of its own may be wrong, and a claim about the future would wait for ever. */
	if (filing->request.requested_at > now || filing->request.requested_at < now - DAY_SECS)
		filing->request.requested_at = now;
	if (filing->request.kind == REQUEST_NOMINATION)
		err = take_nomination(ops, filing, rules, request_id_r, why_r);
	else
		err = take_removal(ops, filing, rules, now, request_id_r, why_r);
	if (err != ERR_REFUSED && err != ERR_NOT_FOUND)
		return err;
	text_add(why_r, db_error(ops));
	return ERR_NONE;
}

/* The next one. Its octets are copied, as the row is deleted while they are used. */
static int read_next(struct db *inbox, struct filing *filing_r)
{
	struct statement *row = db_begin(inbox, NEXT_FILING);
	void *copy = NULL;

	int more = db_step(row);
	if (more <= 0)
		return more < 0 ? more : ERR_NOT_FOUND;
	read_filing(row, filing_r);
	bool kept = filing_r->length > 0 && filing_r->length <= EVIDENCE_MAX;
	if (kept && (copy = malloc(filing_r->length)) != NULL)
		memcpy(copy, filing_r->spam, filing_r->length);
	filing_r->spam = copy;
	db_finish(row);
	return kept && copy == NULL ? ERR_MEMORY : ERR_NONE;
}

/* Files the next one. ERR_NOT_FOUND: nothing waits, or nothing that there is room for. */
static int take_next(struct db *inbox, struct db *ops, const struct inbox_rules *rules, int64_t now,
	struct inbox_taken *taken_r, struct db **failed_r)
{
	struct filing *filing = &taken_r->filing;
	struct text why = TEXT_OVER(taken_r->why);
	struct usage usage;

	*failed_r = inbox;
	int err = read_next(inbox, filing);
	if (err != ERR_NONE)
		return err;
	*failed_r = ops;
	if (filing->request.kind == REQUEST_NOMINATION)
		err = inbox_read_usage(ops, NULL, now, &usage);
	if (err == ERR_NONE && filing->request.kind == REQUEST_NOMINATION &&
		caps_check(&rules->caps, &usage, true, filing->length) != CAP_NONE)
		err = ERR_NOT_FOUND;
	if (err == ERR_NONE)
		err = take(ops, filing, rules, now, &taken_r->request_id, &why);
	free((void *)filing->spam);
	filing->spam = NULL;
	if (err == ERR_NONE) {
		*failed_r = inbox;
		err = drop(inbox, filing->id);
	}
	return err;
}

int inbox_take(struct db *inbox, struct db *ops, const struct inbox_rules *rules, int64_t now,
	void (*told)(void *context, const struct inbox_taken *taken), void *context,
	struct db **failed_r)
{
	int err = ERR_NONE;

	for (int count = 0; err == ERR_NONE && count < INBOX_AT_ONCE; count++) {
		struct inbox_taken taken;
		err = take_next(inbox, ops, rules, now, &taken, failed_r);
		if (err == ERR_NONE)
			told(context, &taken);
	}
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}
