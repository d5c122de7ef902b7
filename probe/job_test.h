/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_JOB_TEST_H
#define PROBE_JOB_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "probe/ports.h"
#include "probe/schedule.h"
#include "store/jobs.h"
#include "store/tests.h"

struct conf;
struct db;
struct engine;
struct job_test;

/* At most so many jobs wait in memory, because the database refuses to postpone them. If there are
 * more, those that waited longest are tried again. */
#define ASIDE_MAX 128

/* A job that waits, although the database has it as due. */
struct aside {
	enum job_kind kind;
	int64_t id;
	int64_t until; /* 0: a free place */
};

/* What the tests of jobs are made with. One worker has one, on one thread. */
struct runner {
	struct engine *engine;
	struct conf *conf;
	struct db *db; /* NULL while it cannot be used */
	struct schedule schedule;
	struct port_list ports;            /* of the test that begins */
	char void_why[SELF_TEST_WHY_SIZE]; /* what failed in the self-test; empty: it passed */
	LIST_HEAD(, job_test) tests;
	struct aside asides[ASIDE_MAX];
	void (*test_ended)(void *context);
	void *context;
};

/*
 * The functions below return only errors of the whole database (a full disk, a lock): everything
 * stays as it is, and can be tried again. An error of one job is not returned. One that was decided
 * in the meantime needs nothing; one whose rows the database refuses is logged, and that job waits.
 */

/* Postpones a job without a test. */
int job_test_postpone(struct runner *runner, const struct job *job, int64_t secs)
	__attribute__((warn_unused_result));

/* Whether a job that the database refused to postpone waits nevertheless. */
bool job_test_is_aside(const struct runner *runner, const struct job *job);

/* Whether the test of a job may begin now: an order is made even when its verdict will be void. */
bool job_test_may_begin(const struct runner *runner, const struct job *job);

/* Begins the test of a job that may begin, or settles the job where it is not to be tested. */
int job_test_begin(struct runner *runner, const struct job *job)
	__attribute__((warn_unused_result));

/* Decides the jobs whose tests are over, and stores both. */
int job_tests_write_ended(struct runner *runner) __attribute__((warn_unused_result));

/* Forgets all tests, without a word to the database. Only after the engine was freed. */
void job_tests_forget_all(struct runner *runner);

#endif
