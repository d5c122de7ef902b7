/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_NOMINATIONS_H
#define STORE_NOMINATIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"
#include "store/requests.h"

struct db;
struct text;

/* A spam copy and the address that it came from. Nothing is copied. */
struct nomination {
	struct request request; /* all that the nominator said: address, who, contact, token … */
	const void *spam;       /* any octets, with a line of mbox in front or not */
	size_t length;
	const char *source;            /* of the copy: a file's name, "the site's form", "trap" */
	bool confirmed;                /* the operator says that it came from there */
	const struct network *allowed; /* reserved ranges that may be nominated all the same */
	size_t allowed_count;
};

/* What became of one. */
enum nomination_end {
	NOMINATION_FILED,
	NOMINATION_WAITS,        /* one of this address is undecided; this copy is not kept */
	NOMINATION_LISTED,       /* the address is on the list of proxies already */
	NOMINATION_NOT_A_HOST,   /* reserved, private or this machine's own address */
	NOMINATION_NOT_RECEIVED, /* no server put down that the message came from there */
	NOMINATION_EMPTY,
	NOMINATION_TOO_LARGE, /* more than EVIDENCE_MAX */
};

/*
 * Files a nomination, due for its test at once. request.kind, list_id, state and next_test_at need
 * not be filled in; request.id is that of the request that was filed or waits. why_r is a sentence
 * for whoever nominated, unless it was filed.
 */
int nominations_file(struct db *db, struct nomination *nomination, enum nomination_end *end_r,
	struct text *why_r) __attribute__((warn_unused_result));

#endif
