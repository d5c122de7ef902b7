/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_NOMINATIONS_H
#define STORE_NOMINATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reserved.h"
#include "store/requests.h"

struct db;
struct text;

/* A spam copy and the address that sent it. Nothing is copied. */
struct nomination {
	struct request request; /* what the nominator said: address, who, contact, token … */
	const void *spam;       /* any octets; may begin with the "From " line of an mbox */
	size_t length;
	const char *source; /* of the copy: a file's name, "the site's form", "trap" */
	bool confirmed;     /* the operator says that the address sent it */
	int64_t not_before; /* its test is not due earlier; 0: at once */
	const struct reserved_rules *rules;
};

/* The outcome. */
enum nomination_end {
	NOMINATION_FILED,
	NOMINATION_WAITS,  /* a nomination of this address is undecided; this copy is not kept */
	NOMINATION_LISTED, /* the address is on the list of proxies already */
	NOMINATION_NOT_A_HOST,   /* a reserved or private address, or one of this machine */
	NOMINATION_NOT_RECEIVED, /* no Received field says that a server got it from there */
	NOMINATION_EMPTY,
	NOMINATION_TOO_LARGE, /* more than EVIDENCE_MAX */
};

/*
 * Whether nominations_file() would file it; changes nothing in the database. request.list_id is set
 * here, and request.id is that of the one that waits.
 */
int nominations_check(struct db *db, struct nomination *nomination, enum nomination_end *end_r,
	struct text *why_r) __attribute__((warn_unused_result));

/*
 * Files a nomination, due for its test at once. kind, list_id, state and next_test_at of the
 * request are set here; request.id is that of the request that was filed or waits. Unless the
 * nomination was filed, why_r is a sentence for the nominator.
 */
int nominations_file(struct db *db, struct nomination *nomination, enum nomination_end *end_r,
	struct text *why_r) __attribute__((warn_unused_result));

#endif
