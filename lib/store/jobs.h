/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "core/listing.h"
#include "store/requests.h"
#include "store/tests.h"

struct db;
struct evidence;

/* The tests that the prober's worker makes, and why. */
enum job_kind { JOB_REMOVAL, JOB_NOMINATION, JOB_WATCH, JOB_ORDER };

struct job {
	enum job_kind kind;
	int64_t id; /* of the request, watch or order */
	struct addr address;
	int list_id; /* 0: an order */
	int tests;   /* number of tests so far */
	int64_t due_at;
	int64_t began_at;    /* of the request or watch */
	int64_t evidence_id; /* the spam copy of a nomination; 0: none */
};

/* What follows from a test, or from a job that ends without one. */
enum job_end {
	JOB_AGAIN,   /* another test is due at next_at */
	JOB_REVIEW,  /* the operator decides; a watch or an order ends */
	JOB_GRANTED, /* a removal: off the list, and watched; a nomination: listed; a watch: ends */
	JOB_DENIED,  /* a removal: still listed; a nomination: not listed; a watch: listed again */
	JOB_POSTPONED, /* the test says nothing about the host and is not counted; due at next_at */
};

struct job_outcome {
	enum job_end end;
	int64_t next_at;            /* of JOB_AGAIN and JOB_POSTPONED */
	char why[REQUEST_WHY_SIZE]; /* for the requester and the history */
	char reason[REASON_SIZE];   /* of a listing that is added */
};

/*
 * The jobs that are due: first those that somebody waits for (removals, orders), each group with
 * the longest due first. Rows without a valid address are skipped; *damaged_r is how many were.
 */
int jobs_due(struct db *db, int64_t now, struct job *jobs_r, size_t room, size_t *count_r,
	size_t *damaged_r) __attribute__((warn_unused_result));

/* When the next job is due; CLOCK_NEVER: there is none. */
int jobs_next_at(struct db *db, int64_t *at_r) __attribute__((warn_unused_result));

/* Stores, for the site, that a job's test has started. ERR_EXISTS when the job was decided in the
 * meantime. */
int jobs_begin(struct db *db, const struct job *job, int64_t now)
	__attribute__((warn_unused_result));

/* When a worker starts: clears what jobs_begin() stored for tests that never finished. */
int jobs_forget_begun(struct db *db) __attribute__((warn_unused_result));

/* Postpones a job without a test. ERR_EXISTS when it was decided in the meantime. */
int jobs_postpone(struct db *db, const struct job *job, int64_t until)
	__attribute__((warn_unused_result));

/*
 * Stores a test with its transcript and does what follows from it, in one transaction: a listing is
 * added or ended, a watch started, continued or ended, the request's state set, the change
 * recorded. ERR_EXISTS when the job was decided in the meantime, by the operator or another worker:
 * then only the test is stored.
 */
int jobs_finish(struct db *db, const struct job *job, struct test *test,
	const struct evidence *transcript, const struct job_outcome *outcome, int64_t now)
	__attribute__((warn_unused_result));

/*
 * Ends a job without a test, as its address must not or need not be tested: JOB_REVIEW, JOB_GRANTED
 * (what was asked for is already so) or JOB_DENIED. No listing is added or ended. ERR_EXISTS when
 * the job was decided in the meantime.
 */
int jobs_settle(struct db *db, const struct job *job, const struct job_outcome *outcome,
	int64_t now) __attribute__((warn_unused_result));

/* Asks the worker to test an address; `who` asked. *id_r is the number of the order. */
int jobs_order(struct db *db, const struct addr *address, const char *who, int64_t now,
	int64_t *id_r) __attribute__((warn_unused_result));

/* The state of an order. */
struct order {
	bool due;         /* false: the test was made, or given up */
	int64_t began_at; /* CLOCK_NEVER: the test has not started */
	struct test test; /* id 0: none */
};

/* ERR_NOT_FOUND. */
int jobs_read_order(struct db *db, int64_t id, struct order *order_r)
	__attribute__((warn_unused_result));

#endif
