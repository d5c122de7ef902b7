/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_TESTS_H
#define STORE_TESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct db;
struct evidence;
struct statement;

#define TEST_SUMMARY_SIZE 512
#define TEST_PORTS_SIZE 256

/* One test of a host, a row. */
struct test {
	int64_t id;
	struct addr address;
	int64_t at;
	char verdict[16];            /* "open", "closed", "unreachable", "inconclusive" or "void" */
	char egress[ADDR_TEXT_SIZE]; /* empty: nothing came through */
	char summary[TEST_SUMMARY_SIZE];
	char open_ports[TEST_PORTS_SIZE]; /* "socks5:1080 http:3128"; empty: none was */
	int64_t request_id;               /* 0: not for a request */
	int64_t watch_id;                 /* 0: not for a watch */
	int64_t evidence_id;              /* its transcript */
};

/* Adds a test and its transcript, inside a transaction of the caller's; sets both ids. */
int tests_add(struct db *db, struct test *test, const struct evidence *transcript)
	__attribute__((warn_unused_result));

/* Reads a row whose first columns are those of TESTS_OF_ADDRESS. For the modules of store/. */
void tests_read_row(struct statement *row, struct test *test_r);

/* The newest first, at most limit. The test lasts for the call. */
int tests_each_of(struct db *db, const struct addr *address, int64_t limit,
	void (*take)(void *context, const struct test *test), void *context)
	__attribute__((warn_unused_result));

/* The newest of a request. ERR_NOT_FOUND. */
int tests_of_request(struct db *db, int64_t request_id, struct test *test_r)
	__attribute__((warn_unused_result));

/* For metrics: how many there are of each verdict. */
int tests_count(struct db *db, void (*take)(void *context, const char *verdict, int64_t count),
	void *context) __attribute__((warn_unused_result));

#define SELF_TEST_WHY_SIZE 256
/* How old a self-test may be for its result to count: it is made every hour. */
#define SELF_TEST_FRESH_SECS 5400

/* What the prober's latest test of itself found. */
struct self_test {
	int64_t at; /* 0: none was ever made */
	bool passed;
	char why[SELF_TEST_WHY_SIZE]; /* what failed */
};

int self_test_read(struct db *db, struct self_test *self_test_r)
	__attribute__((warn_unused_result));
int self_test_write(struct db *db, const struct self_test *self_test)
	__attribute__((warn_unused_result));

#endif
