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
	COUNT_HITS_BY_LIST,
	COUNT_HITS_BY_NETWORK,
	COUNT_HITS_BY_DOMAIN,
	EVIDENCE_OF_LISTING,
	HISTORY_OF_ADDRESS,
	NEWEST_CHANGE,
	PURGE_HITS,
	PURGE_EVIDENCE,

	STATEMENT_COUNT
};

struct statement_text {
	enum db_kind kind;
	unsigned roles; /* bits of enum db_role: who may prepare it */
	const char *sql;
};

/* One entry for each enum statement_id. */
extern const struct statement_text statements[STATEMENT_COUNT];

#endif
