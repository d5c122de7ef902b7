/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/jobs.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/history.h"
#include "store/listings.h"
#include "store/lists.h"
#include "store/watches.h"

#define WHO "opsprobe"

/* What each kind of job does by which statement. */
static const struct {
	enum statement_id begin, postpone;
} statements_of[] = {
	[JOB_REMOVAL] = {BEGIN_REQUEST_TEST, POSTPONE_REQUEST},
	[JOB_NOMINATION] = {BEGIN_REQUEST_TEST, POSTPONE_REQUEST},
	[JOB_WATCH] = {BEGIN_WATCH_TEST, POSTPONE_WATCH},
	[JOB_ORDER] = {BEGIN_ORDER_TEST, POSTPONE_ORDER},
};

int jobs_due(struct db *db, int64_t now, struct job *jobs_r, size_t room, size_t *count_r)
{
	struct statement *row = db_begin(db, DUE_JOBS);
	int more = 0;

	*count_r = 0;
	db_bind_int(row, 1, now);
	db_bind_int(row, 2, (int64_t)room);
	while (*count_r < room && (more = db_step(row)) > 0) {
		struct job *job = &jobs_r[*count_r];
		*job = (struct job){
			.kind = (enum job_kind)db_int(row, 0),
			.id = db_int(row, 1),
			.list_id = (int)db_int(row, 3),
			.tests = (int)db_int(row, 4),
			.due_at = db_int(row, 5),
			.began_at = db_int(row, 6),
			.evidence_id = db_int(row, 7),
		};
		/* A row that is damaged names no host: it is left to the operator's eyes. */
		if (addr_parse(db_text(row, 2), &job->address) == ERR_NONE)
			(*count_r)++;
	}
	db_finish(row);
	return more < 0 ? more : ERR_NONE;
}

int jobs_next_at(struct db *db, int64_t *at_r)
{
	struct statement *row = db_begin(db, NEXT_JOB);
	int more = db_step(row);

	*at_r = CLOCK_NEVER;
	if (more <= 0)
		return more;
	*at_r = db_time(row, 0);
	db_finish(row);
	return ERR_NONE;
}

/* Runs an update of a job's row, which is not there to be updated any more once it was decided. */
static int run_update(struct db *db, struct statement *update)
{
	int err = db_run(update);

	return err == ERR_NONE && db_changes(db) == 0 ? ERR_EXISTS : err;
}

static int set_time(struct db *db, enum statement_id id, const struct job *job, int64_t time)
{
	struct statement *update = db_begin(db, id);

	db_bind_int(update, 1, job->id);
	db_bind_int(update, 2, time);
	return run_update(db, update);
}

int jobs_begin(struct db *db, const struct job *job, int64_t now)
{
	return set_time(db, statements_of[job->kind].begin, job, now);
}

int jobs_postpone(struct db *db, const struct job *job, int64_t until)
{
	return set_time(db, statements_of[job->kind].postpone, job, until);
}

int jobs_forget_begun(struct db *db)
{
	int err = db_run(db_begin(db, FORGET_REQUEST_TESTS));

	if (err == ERR_NONE)
		err = db_run(db_begin(db, FORGET_WATCH_TESTS));
	return err == ERR_NONE ? db_run(db_begin(db, FORGET_ORDER_TESTS)) : err;
}

/* The columns of a decision, but for the verdict of its test. */
static void bind_decision(struct statement *update, const struct job_outcome *outcome, int64_t now)
{
	bool granted = outcome->end == JOB_GRANTED;

	db_bind_text(update, 2, request_state_name(granted ? REQUEST_GRANTED : REQUEST_DENIED));
	db_bind_int(update, 3, now);
	db_bind_text(update, 4, WHO);
	db_bind_text(update, 5, outcome->why);
}

static int set_request(struct db *db, const struct job *job, const struct test *test,
	const struct job_outcome *outcome, int64_t now)
{
	bool again = outcome->end == JOB_AGAIN;
	struct statement *update;

	if (again || outcome->end == JOB_REVIEW) {
		update = db_begin(db, SET_REQUEST);
		db_bind_text(update, 2, request_state_name(again ? REQUEST_RETRY : REQUEST_REVIEW));
		db_bind_time(update, 3, again ? outcome->next_at : CLOCK_NEVER);
		db_bind_text(update, 4, test->verdict);
		db_bind_text(update, 5, outcome->why);
	} else {
		update = db_begin(db, DECIDE_REQUEST);
		bind_decision(update, outcome, now);
		db_bind_text(update, 6, test->verdict);
	}
	db_bind_int(update, 1, job->id);
	return run_update(db, update);
}

static int set_watch(struct db *db, const struct job *job, const struct job_outcome *outcome)
{
	bool again = outcome->end == JOB_AGAIN;
	struct statement *update = db_begin(db, SET_WATCH);

	db_bind_int(update, 1, job->id);
	db_bind_time(update, 2, again ? outcome->next_at : CLOCK_NEVER);
	db_bind_text(update, 3, again ? NULL : outcome->why);
	return run_update(db, update);
}

static int set_order(struct db *db, const struct job *job, const struct test *test)
{
	struct statement *update = db_begin(db, SET_ORDER);

	db_bind_int(update, 1, job->id);
	if (test != NULL)
		db_bind_int(update, 2, test->id);
	else
		db_bind_text(update, 2, NULL);
	return run_update(db, update);
}

static int set_job(struct db *db, const struct job *job, const struct test *test,
	const struct job_outcome *outcome, int64_t now)
{
	if (outcome->end == JOB_POSTPONED)
		return jobs_postpone(db, job, outcome->next_at);
	switch (job->kind) {
	case JOB_WATCH:
		return set_watch(db, job, outcome);
	case JOB_ORDER:
		return set_order(db, job, test);
	case JOB_REMOVAL:
	case JOB_NOMINATION:
		break;
	}
	return set_request(db, job, test, outcome, now);
}

/* When a listing that is made on a list now ends. */
static int read_expiry(struct db *db, int list_id, int64_t now, int64_t *expires_at_r)
{
	struct lists lists;
	int err = lists_read(db, &lists);

	*expires_at_r = CLOCK_NEVER;
	for (size_t i = 0; err == ERR_NONE && i < lists.count; i++) {
		if (lists.lists[i].id == list_id && lists.lists[i].expires != CLOCK_NEVER)
			*expires_at_r = now + lists.lists[i].expires;
	}
	return err;
}

/* Lists the host, with the spam copy where there is one and the transcript. One that is listed
 * already gets them as further evidence. */
static int list_host(struct db *db, const struct job *job, const struct test *test,
	const struct job_outcome *outcome, int64_t now)
{
	const struct change change = {.at = now, .who = WHO, .what = "add", .why = outcome->reason};
	struct listing existing = {0},
		       listing = {
			       .list_id = job->list_id,
			       .network = network_of_addr(&job->address),
			       .evidence_id =
				       job->evidence_id != 0 ? job->evidence_id : test->evidence_id,
		       };
	int err = read_expiry(db, job->list_id, now, &listing.expires_at);

	memcpy(listing.reason, outcome->reason, sizeof(listing.reason));
	if (err == ERR_NONE)
		err = listings_add_within(db, &listing, &change, &existing);
	if (err == ERR_EXISTS) {
		listing.id = existing.id;
		err = listings_add_evidence(db, listing.id, listing.evidence_id);
	}
	if (err == ERR_NONE && listing.evidence_id != test->evidence_id)
		err = listings_add_evidence(db, listing.id, test->evidence_id);
	return err;
}

/* One that ended meanwhile, by age or by hand, is off the list all the same. */
static int unlist_host(
	struct db *db, const struct job *job, const struct job_outcome *outcome, int64_t now)
{
	const struct change change = {.at = now, .who = WHO, .what = "remove", .why = outcome->why};
	struct network network = network_of_addr(&job->address);
	int64_t listing_id;
	int err = listings_end_within(db, job->list_id, &network, &change, &listing_id);

	if (err == ERR_NONE)
		return watches_begin(db, &job->address, job->list_id, listing_id, now);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* The test belongs to what it was about, so that whoever looks the address up finds it. */
static int add_evidence(struct db *db, const struct job *job, const struct test *test, int64_t now)
{
	struct network network = network_of_addr(&job->address);
	struct listing listings[LISTS_MAX];
	size_t count;
	int err = listings_find_related(db, &network, now, listings, LISTS_MAX, &count);

	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		if (listings[i].list_id == job->list_id &&
			network_compare(&listings[i].network, &network) == 0)
			err = listings_add_evidence(db, listings[i].id, test->evidence_id);
	}
	return err;
}

/* Puts on record what neither a decision nor a listing tells of. */
static int note_step(
	struct db *db, const struct job *job, const struct job_outcome *outcome, int64_t now)
{
	static const struct {
		enum job_kind kind;
		enum job_end end;
		const char *what;
	} steps[] = {
		{JOB_REMOVAL, JOB_AGAIN, "removal retry"},
		{JOB_REMOVAL, JOB_REVIEW, "removal review"},
		{JOB_NOMINATION, JOB_AGAIN, "nomination retry"},
		{JOB_NOMINATION, JOB_REVIEW, "nomination review"},
		{JOB_WATCH, JOB_GRANTED, "watch over"},
		{JOB_WATCH, JOB_REVIEW, "watch over"},
	};
	char address[ADDR_TEXT_SIZE];
	struct change change = {.at = now,
		.who = WHO,
		.why = outcome->why,
		.address = address,
		.list_id = job->list_id};

	addr_format(&job->address, address);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		change.what = steps[i].what;
		if (steps[i].kind == job->kind && steps[i].end == outcome->end)
			return history_add(db, &change, NULL);
	}
	return ERR_NONE;
}

static int follow(struct db *db, const struct job *job, const struct test *test,
	const struct job_outcome *outcome, int64_t now)
{
	int err = ERR_NONE;

	if (job->kind == JOB_ORDER || outcome->end == JOB_POSTPONED)
		return ERR_NONE;
	if ((job->kind == JOB_NOMINATION && outcome->end == JOB_GRANTED) ||
		(job->kind == JOB_WATCH && outcome->end == JOB_DENIED))
		err = list_host(db, job, test, outcome, now);
	if (job->kind == JOB_REMOVAL)
		err = add_evidence(db, job, test, now);
	if (err == ERR_NONE && job->kind == JOB_REMOVAL && outcome->end == JOB_GRANTED)
		err = unlist_host(db, job, outcome, now);
	return err == ERR_NONE ? note_step(db, job, outcome, now) : err;
}

int jobs_finish(struct db *db, const struct job *job, struct test *test,
	const struct evidence *transcript, const struct job_outcome *outcome, int64_t now)
{
	bool decided = false;
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = tests_add(db, test, transcript);
	if (err == ERR_NONE) {
		err = set_job(db, job, test, outcome, now);
		decided = err == ERR_EXISTS;
		if (err == ERR_NONE)
			err = follow(db, job, test, outcome, now);
	}
	if (err == ERR_NONE || decided)
		err = db_commit(db);
	if (err != ERR_NONE)
		db_rollback(db);
	return err == ERR_NONE && decided ? ERR_EXISTS : err;
}

/* The row of a job that ends without a test. */
static int settle(
	struct db *db, const struct job *job, const struct job_outcome *outcome, int64_t now)
{
	if (job->kind == JOB_WATCH)
		return set_watch(db, job, outcome);
	if (job->kind == JOB_ORDER)
		return set_order(db, job, NULL);
	bool review = outcome->end == JOB_REVIEW;
	struct statement *update = db_begin(db, review ? REVIEW_REQUEST : DECIDE_REQUEST);
	db_bind_int(update, 1, job->id);
	if (review) {
		db_bind_text(update, 2, outcome->why);
	} else {
		bind_decision(update, outcome, now);
		db_bind_text(update, 6, NULL);
	}
	return run_update(db, update);
}

int jobs_settle(
	struct db *db, const struct job *job, const struct job_outcome *outcome, int64_t now)
{
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = settle(db, job, outcome, now);
	if (err == ERR_NONE)
		err = note_step(db, job, outcome, now);
	if (err == ERR_NONE)
		err = db_commit(db);
	if (err != ERR_NONE)
		db_rollback(db);
	return err;
}

int jobs_order(
	struct db *db, const struct addr *address, const char *who, int64_t now, int64_t *id_r)
{
	struct statement *insert = db_begin(db, ADD_ORDER);
	char text[ADDR_TEXT_SIZE];

	addr_format(address, text);
	db_bind_text(insert, 1, text);
	db_bind_text(insert, 2, who);
	db_bind_int(insert, 3, now);
	int err = db_run(insert);
	*id_r = err == ERR_NONE ? db_last_id(db) : 0;
	return err;
}

int jobs_read_order(struct db *db, int64_t id, struct order *order_r)
{
	struct statement *row = db_begin(db, GET_ORDER);

	*order_r = (struct order){.began_at = CLOCK_NEVER};
	db_bind_int(row, 1, id);
	int more = db_step(row);
	if (more <= 0)
		return more == 0 ? ERR_NOT_FOUND : more;
	if (!db_is_null(row, 0))
		tests_read_row(row, &order_r->test);
	order_r->due = !db_is_null(row, 10);
	order_r->began_at = db_time(row, 11);
	db_finish(row);
	return ERR_NONE;
}
