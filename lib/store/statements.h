/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#include "store/statement_names.h"

/* All SQL that the programs run is in schema/statements.sql; from it the build makes enum
 * statement_id (store/statement_names.h) and the table below. */

/* The three databases. */
enum db_kind {
	DB_OPS,  /* lists, listings, evidence, requests: written by the administrator and the prober
		  */
	DB_HITS, /* the hit log: written by the filter */
	DB_INBOX, /* what strangers file: written by the site and the filter */
	DB_ANY,   /* only of a statement that each of them can run */
};

/* Who prepares statements; a set of bits. A program opens its connections in one role. */
enum db_role {
	ROLE_FILTER = 1, /* opsmilter */
	ROLE_ADMIN = 2,  /* opsctl */
	ROLE_PROBER = 4, /* opsprobe */
	ROLE_SITE = 8,   /* opsweb */
	ROLE_ANY = ROLE_FILTER | ROLE_ADMIN | ROLE_PROBER | ROLE_SITE,
};

struct statement_text {
	enum db_kind kind;
	unsigned roles; /* bits of enum db_role: who may prepare it */
	const char *sql;
};

extern const struct statement_text statement_texts[STATEMENT_COUNT];

#endif
