/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

/* The two databases. */
enum db_kind { DB_OPS, DB_HITS };

/* Who prepares statements; a set of bits. A program opens its connections in one role. */
enum db_role {
	ROLE_FILTER = 1, /* opsmilter */
	ROLE_ADMIN = 2,  /* opsctl */
	ROLE_PROBER = 4, /* opsprobe */
	ROLE_SITE = 8,   /* opsweb */
	ROLE_ANY = ROLE_FILTER | ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
};

/* All SQL that the programs run, by name. */
enum statement_id {
	BEGIN_READ,
	BEGIN_WRITE,
	COMMIT,

	/* The filter's way: lookup, hitlog. */
	NEAREST_LISTING,
	FIND_LISTINGS,
	FIND_EXEMPTION,
	ALL_LISTS,
	LAST_HIT_ID,
	ADD_HIT,
	AMEND_HIT,

	/* The administrator's changes: changes, lists, evidence, listings, import, exemptions. */
	ADD_CHANGE,
	ADD_LIST,
	SET_LIST,
	COUNT_LISTINGS,
	COUNT_EXPIRED,
	ADD_EVIDENCE,
	GET_EVIDENCE,
	FIND_REASON,
	ADD_REASON,
	ADD_LISTING,
	FIND_LISTING,
	END_LISTING,
	RELATED_LISTINGS,
	LISTINGS_OF_LIST,
	UNENDED_OF_LIST,
	ADD_EXEMPTION,
	END_EXEMPTION,
	ALL_EXEMPTIONS,

	/* What the administrator reads: hits, evidence, history; and throws away: purge. */
	HITS_BY_TIME,
	NEWEST_HIT,
	HITS_OF_NETWORK,
	HIT_OF_REF,
	COUNT_HITS_BY_DAY,
	COUNT_CLIENT_BY_DAY,
	COUNT_HITS_AFTER,
	ALL_COUNTERS,
	SET_COUNTER,
	COUNT_HITS_BY_LIST,
	COUNT_HITS_BY_NETWORK,
	COUNT_HITS_BY_DOMAIN,
	EVIDENCE_OF_LISTING,
	EVIDENCE_IS_PUBLIC,
	HISTORY_OF_ADDRESS,
	NEWEST_CHANGE,
	PURGE_HITS,
	PURGE_EVIDENCE,

	/* The way out: requests, tests and the prober's jobs (statements_requests.c). */
	ADD_REQUEST,
	GET_REQUEST,
	FIND_REQUEST_OF_TOKEN,
	FIND_UNDECIDED_REQUEST,
	FIND_NOMINATION,
	RECORD_OF_REQUESTS,
	UNDECIDED_REQUESTS,
	COUNT_REQUESTS,
	OLDEST_UNDECIDED_REQUEST,
	SET_REQUEST,
	REVIEW_REQUEST,
	DECIDE_REQUEST,
	CONFIRM_NOMINATION,
	ADD_TEST,
	TESTS_OF_ADDRESS,
	TEST_OF_REQUEST,
	COUNT_TESTS,
	GET_SELF_TEST,
	SET_SELF_TEST,
	ADD_WATCH,
	SET_WATCH,
	ADD_ORDER,
	GET_ORDER,
	SET_ORDER,
	DUE_JOBS,
	NEXT_JOB,
	BEGIN_REQUEST_TEST,
	BEGIN_WATCH_TEST,
	BEGIN_ORDER_TEST,
	FORGET_REQUEST_TESTS,
	FORGET_WATCH_TESTS,
	FORGET_ORDER_TESTS,
	POSTPONE_REQUEST,
	POSTPONE_WATCH,
	POSTPONE_ORDER,
	ADD_LISTING_EVIDENCE,

	STATEMENT_COUNT
};

struct statement_text {
	enum db_kind kind;
	unsigned roles; /* bits of enum db_role: who may prepare it */
	const char *sql;
};

const struct statement_text *statement_text(enum statement_id id);

/* From ADD_REQUEST on; only statement_text() reads it. */
extern const struct statement_text statements_of_requests[STATEMENT_COUNT - ADD_REQUEST];

#endif
