/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_TASK_H
#define PROBE_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "probe/ports.h"
#include "probe/schedule.h"
#include "store/tests.h"

struct conf;
struct db;
struct engine;
struct job;
struct task;

/* What the tests of jobs are made with. One worker has one, on one thread. */
struct bench {
	struct engine *engine;
	struct conf *conf;
	struct db *db; /* NULL while it cannot be used */
	struct schedule schedule;
	struct port_list ports;            /* of the test that begins */
	char void_why[SELF_TEST_WHY_SIZE]; /* why verdicts are void; empty: they count */
	LIST_HEAD(, task) tasks;
	size_t ended; /* how many are over and not written yet */
	void (*task_ended)(void *context);
	void *context;
};

/*
 * Begins the test of a job that the schedule allows, or settles the job where it is not to be
 * tested. ERR_NONE too when it was decided meanwhile; otherwise the database's error, and the job
 * stays as it is.
 */
int task_begin(struct bench *bench, const struct job *job) __attribute__((warn_unused_result));

/* Decides the jobs whose tests are over, and stores both. A job that the database refuses waits by
 * itself; on any other error of the database, the rest waits for the next call. */
int task_write_ended(struct bench *bench) __attribute__((warn_unused_result));

/* Forgets all tasks, without a word to the database. Only after the engine was freed. */
void task_forget_all(struct bench *bench);

#endif
