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

/* What the prober's worker has to test, and for what. */
enum job_kind { JOB_REMOVAL, JOB_NOMINATION, JOB_WATCH, JOB_ORDER };

struct job {
	enum job_kind kind;
	int64_t id; /* of the request, watch or order */
	struct addr address;
	int list_id; /* 0: an order */
	int tests;   /* made for it so far */
	int64_t due_at;
	int64_t began_at;    /* of the request or watch */
	int64_t evidence_id; /* the spam copy of a nomination; 0: none */
};

/* What follows from a test. */
enum job_end {
	JOB_AGAIN,   /* another test is due at next_at */
	JOB_REVIEW,  /* the operator decides; a watch or an order is over */
	JOB_GRANTED, /* a removal: off the list, and watched; a nomination: listed; a watch: over */
	JOB_DENIED,  /* a removal: stays; a nomination: not listed; a watch: listed again */
	JOB_POSTPONED, /* the test says nothing of the host, nor counts; due again at next_at */
};

struct job_outcome {
	enum job_end end;
	int64_t next_at;            /* of JOB_AGAIN and JOB_POSTPONED */
	char why[REQUEST_WHY_SIZE]; /* for requester and history */
	char reason[REASON_SIZE];   /* of a listing that is made */
};

/* The jobs that are due: first those that somebody waits for (removals, orders), then the longest
 * due. */
int jobs_due(struct db *db, int64_t now, struct job *jobs_r, size_t room, size_t *count_r)
	__attribute__((warn_unused_result));

/* When the next one is due; CLOCK_NEVER: none is. */
int jobs_next_at(struct db *db, int64_t *at_r) __attribute__((warn_unused_result));

/* Says that its test is under way, for the site. ERR_EXISTS when it was decided meanwhile. */
int jobs_begin(struct db *db, const struct job *job, int64_t now)
	__attribute__((warn_unused_result));

/* At the start of a worker: tests that an earlier one began are not under way any more. */
int jobs_forget_begun(struct db *db) __attribute__((warn_unused_result));

/* Puts a job off without a test. ERR_EXISTS when it was decided meanwhile. */
int jobs_postpone(struct db *db, const struct job *job, int64_t until)
	__attribute__((warn_unused_result));

/*
 * Puts a test with its transcript on record and does what follows from it, in one transaction: a
 * listing that ends or is made, a watch that begins, goes on or is over, the request's new state,
 * the change in the history. ERR_EXISTS when the job was decided meanwhile, by the operator or
 * another worker: then nothing is done but the test put on record.
 */
int jobs_finish(struct db *db, const struct job *job, struct test *test,
	const struct evidence *transcript, const struct job_outcome *outcome, int64_t now)
	__attribute__((warn_unused_result));

/*
 * Ends a job without a test, as its address is not to be tested or need not be: JOB_REVIEW,
 * JOB_GRANTED (what was asked for is so already) or JOB_DENIED. No listing is made or ended.
 * ERR_EXISTS when it was decided meanwhile.
 */
int jobs_settle(struct db *db, const struct job *job, const struct job_outcome *outcome,
	int64_t now) __attribute__((warn_unused_result));

/* Asks the worker for a test of an address, by somebody. */
int jobs_order(struct db *db, const struct addr *address, const char *who, int64_t now,
	int64_t *id_r) __attribute__((warn_unused_result));

/* What became of an order. */
struct order {
	bool due;         /* false: it was made, or given up */
	int64_t began_at; /* CLOCK_NEVER: it is not under way */
	struct test test; /* id 0: there is none */
};

/* ERR_NOT_FOUND. */
int jobs_read_order(struct db *db, int64_t id, struct order *order_r)
	__attribute__((warn_unused_result));

#endif
