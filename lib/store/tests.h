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
	char egress[ADDR_TEXT_SIZE]; /* the address that connected to us; empty: none did */
	char summary[TEST_SUMMARY_SIZE];
	char open_ports[TEST_PORTS_SIZE]; /* "socks5:1080 http:3128"; empty: none */
	int64_t request_id;               /* 0: not for a request */
	int64_t watch_id;                 /* 0: not for a watch */
	int64_t evidence_id;              /* its transcript */
};

/* Adds a test and its transcript; sets both ids. For use inside a transaction. */
int tests_add(struct db *db, struct test *test, const struct evidence *transcript)
	__attribute__((warn_unused_result));

/* Reads a row that starts with the columns of TESTS_OF_ADDRESS into a struct test (db_read). For
 * the modules of store/. */
void tests_read_row(struct statement *row, void *test_r);

/* Gives the tests of an address to `take`, the newest first, at most limit. The test is valid
 * during the call. */
int tests_each_of(struct db *db, const struct addr *address, int64_t limit,
	void (*take)(void *context, const struct test *test), void *context)
	__attribute__((warn_unused_result));

/* The newest test for a request. ERR_NOT_FOUND. */
int tests_of_request(struct db *db, int64_t request_id, struct test *test_r)
	__attribute__((warn_unused_result));

/* When an address was tested last, for whatever reason or for a removal request; 0: never. */
int tests_latest_at(struct db *db, const struct addr *address, bool for_removal, int64_t *at_r)
	__attribute__((warn_unused_result));

/* For metrics: gives the number of tests of each verdict. */
int tests_count(struct db *db, void (*take)(void *context, const char *verdict, int64_t count),
	void *context) __attribute__((warn_unused_result));

/* How many tests a watch makes after a listing ended. */
#define WATCH_TESTS 3

/* When the next test is due after so many, from the start of the watch: an hour, a day, a week. */
int64_t watch_due_secs(int tests);

/* Starts the watch over an address whose listing ended, or restarts one that is under way. For use
 * inside a transaction. */
int watches_begin(struct db *db, const struct addr *address, int list_id, int64_t listing_id,
	int64_t now) __attribute__((warn_unused_result));

#define SELF_TEST_WHY_SIZE 256
/* A result older than this does not count: the prober tests itself every hour. */
#define SELF_TEST_FRESH_SECS 5400

/* The prober's latest test of itself. */
struct self_test {
	int64_t at; /* 0: there was none yet */
	bool passed;
	char why[SELF_TEST_WHY_SIZE]; /* what failed */
};

int self_test_read(struct db *db, struct self_test *self_test_r)
	__attribute__((warn_unused_result));
int self_test_write(struct db *db, const struct self_test *self_test)
	__attribute__((warn_unused_result));

#endif
