/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "probe/assessment.h"
#include "store/tests.h"

struct db;
struct host_result;

/*
 * What is stored of a test: the assessment, and the body of its evidence, which is a table by
 * port and protocol, an empty line, and the engine's transcript. Printable ASCII.
 */
struct report {
	struct assessment assessment;
	char *body;
	size_t length;
	size_t table_length; /* of body, up to the empty line */
};

/* void_why: what failed in the prober's latest self-test; empty: it passed. ERR_MEMORY. */
int report_new(const struct host_result *result, const char *void_why, struct report **report_r)
	__attribute__((warn_unused_result));

void report_free(struct report **report);

/* The row of a test that ended at a time; its ids are left to the caller. */
struct test report_test(const struct report *report, const struct addr *address, int64_t at);

/* The row's evidence; the body stays the report's. */
struct evidence report_evidence(const struct report *report, int64_t at);

/* Stores a test that was made for no job. */
int report_keep(struct db *db, const struct report *report, const struct addr *address, int64_t at,
	struct test *test_r) __attribute__((warn_unused_result));

#endif
