/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober's jobs: which tests are due, and what follows from each. */
#include "store/jobs.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/history.h"
#include "store/listings.h"
#include "store/lists.h"

#define WHO "opsprobe"

/* The statements of each kind of job. */
static const struct {
	enum statement_id begin, postpone;
} statements_of[] = {
	[JOB_REMOVAL] = {BEGIN_REQUEST_TEST, POSTPONE_REQUEST},
	[JOB_NOMINATION] = {BEGIN_REQUEST_TEST, POSTPONE_REQUEST},
	[JOB_WATCH] = {BEGIN_WATCH_TEST, POSTPONE_WATCH},
	[JOB_ORDER] = {BEGIN_ORDER_TEST, POSTPONE_ORDER},
};

int jobs_due(struct db *db, int64_t now, struct job *jobs_r, size_t room, size_t *count_r,
	size_t *damaged_r)
{
	struct statement *row = db_begin(db, DUE_JOBS);
	int more = 0;

	*count_r = *damaged_r = 0;
	db_bind_int(row, 1, now);
	/* Damaged rows stay due for ever, and come first: some may be there. */
	db_bind_int(row, 2, 2 * (int64_t)room);
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
		if (addr_parse(db_text(row, 2), &job->address) == ERR_NONE)
			(*count_r)++;
		else
			(*damaged_r)++;
	}
	db_finish(row);
	return more < 0 ? more : ERR_NONE;
}

int jobs_next_at(struct db *db, int64_t *at_r)
{
	return db_get_time(db_begin(db, NEXT_JOB), at_r);
}

static int set_time(struct db *db, enum statement_id id, const struct job *job, int64_t time)
{
	struct statement *update = db_begin(db, id);

	db_bind_int(update, 1, job->id);
	db_bind_int(update, 2, time);
	return db_update(update, ERR_EXISTS);
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

/* Without a test, the request's count of tests and its verdict are kept. */
static int set_request(struct db *db, const struct job *job, const struct test *test,
	const struct job_outcome *outcome, int64_t now)
{
	const struct change decision = {.at = now, .who = WHO, .why = outcome->why};
	bool again = outcome->end == JOB_AGAIN;
	struct statement *update;

	if (!again && outcome->end != JOB_REVIEW)
		return requests_set_decided(db, job->id, outcome->end == JOB_GRANTED,
			test != NULL ? test->verdict : NULL, &decision);
	if (test == NULL) {
		update = db_begin(db, REVIEW_REQUEST);
		db_bind_text(update, 2, outcome->why);
	} else {
		update = db_begin(db, SET_REQUEST);
		db_bind_text(update, 2, request_state_name(again ? REQUEST_RETRY : REQUEST_REVIEW));
		db_bind_time(update, 3, again ? outcome->next_at : CLOCK_NEVER);
		db_bind_text(update, 4, test->verdict);
		db_bind_text(update, 5, outcome->why);
	}
	db_bind_int(update, 1, job->id);
	return db_update(update, ERR_EXISTS);
}

static int set_watch(struct db *db, const struct job *job, const struct job_outcome *outcome)
{
	bool again = outcome->end == JOB_AGAIN;
	struct statement *update = db_begin(db, SET_WATCH);

	db_bind_int(update, 1, job->id);
	db_bind_time(update, 2, again ? outcome->next_at : CLOCK_NEVER);
	db_bind_text(update, 3, again ? NULL : outcome->why);
	return db_update(update, ERR_EXISTS);
}

static int set_order(struct db *db, const struct job *job, const struct test *test)
{
	struct statement *update = db_begin(db, SET_ORDER);

	db_bind_int(update, 1, job->id);
	db_bind_id(update, 2, test != NULL ? test->id : 0);
	return db_update(update, ERR_EXISTS);
}

/* The job's row after its test, or when it ended without one (NULL). */
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

/* When a listing that is added to a list now expires. */
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

/* Lists the host, with the spam copy, if there is one, and the transcript as evidence. If it is
 * listed already, its listing gets them. */
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

/* A listing that has expired or was removed in the meantime needs nothing. */
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

/* Adds the test to the evidence of the listing that it is about. */
static int add_evidence(struct db *db, const struct job *job, const struct test *test, int64_t now)
{
	struct network network = network_of_addr(&job->address);
	struct listing listing;
	int err = listings_find(db, job->list_id, &network, now, &listing);

	if (err == ERR_NONE)
		return listings_add_evidence(db, listing.id, test->evidence_id);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* Records what neither a decision nor a listing shows. */
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
	struct network network = network_of_addr(&job->address);
	struct change change = {.at = now, .who = WHO, .why = outcome->why};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		change.what = steps[i].what;
		if (steps[i].kind == job->kind && steps[i].end == outcome->end)
			return history_add_about(db, &network, job->list_id, &change, NULL);
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
	err = db_end(db, decided ? ERR_NONE : err);
	return err == ERR_NONE && decided ? ERR_EXISTS : err;
}

int jobs_settle(
	struct db *db, const struct job *job, const struct job_outcome *outcome, int64_t now)
{
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = set_job(db, job, NULL, outcome, now);
	if (err == ERR_NONE)
		err = note_step(db, job, outcome, now);
	return db_end(db, err);
}

int jobs_order(
	struct db *db, const struct addr *address, const char *who, int64_t now, int64_t *id_r)
{
	struct statement *insert = db_begin(db, ADD_ORDER);

	db_bind_addr_text(insert, 1, address);
	db_bind_text(insert, 2, who);
	db_bind_int(insert, 3, now);
	return db_insert(insert, id_r);
}

static void read_order(struct statement *row, void *result_r)
{
	struct order *order_r = result_r;

	if (!db_is_null(row, 0))
		tests_read_row(row, &order_r->test);
	order_r->due = !db_is_null(row, 10);
	order_r->began_at = db_time(row, 11);
}

int jobs_read_order(struct db *db, int64_t id, struct order *order_r)
{
	struct statement *row = db_begin(db, GET_ORDER);

	*order_r = (struct order){.began_at = CLOCK_NEVER};
	db_bind_int(row, 1, id);
	return db_read_one(row, read_order, order_r);
}
