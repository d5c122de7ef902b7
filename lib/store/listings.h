/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_LISTINGS_H
#define STORE_LISTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/listing.h"
#include "store/evidence.h"
#include "store/history.h"

struct batch;
struct db;
struct statement;

/*
 * Lists a network: change, evidence and listing in one transaction. listing says list_id, network,
 * reason and expires_at; its times begin at change->at. A listing of the same network that has
 * expired is ended first. listing->id and evidence_id are set. ERR_EXISTS when it is on the list
 * already, and existing_r is that listing.
 */
int listings_add(struct db *db, struct listing *listing, const struct evidence *evidence,
	const struct change *change, struct listing *existing_r)
	__attribute__((warn_unused_result));

/* Ends a listing in force; it stays on record. ERR_NOT_FOUND. */
int listings_end(struct db *db, int list_id, const struct network *network,
	const struct change *change) __attribute__((warn_unused_result));

/*
 * The same two for use inside a transaction of the caller's. listings_add_within() takes the
 * evidence from listing->evidence_id; id_r (may be NULL) is the listing that ended.
 */
int listings_add_within(struct db *db, struct listing *listing, const struct change *change,
	struct listing *existing_r) __attribute__((warn_unused_result));
int listings_end_within(struct db *db, int list_id, const struct network *network,
	const struct change *change, int64_t *id_r) __attribute__((warn_unused_result));

/* Lets a listing refer to one more piece of evidence. */
int listings_add_evidence(struct db *db, int64_t listing_id, int64_t evidence_id)
	__attribute__((warn_unused_result));

/*
 * The listings in force, of all lists, that cover the network or lie in it, at most `room` of them,
 * the widest first.
 */
int listings_find_related(struct db *db, const struct network *network, int64_t now,
	struct listing *listings_r, size_t room, size_t *count_r)
	__attribute__((warn_unused_result));

/* Reads what a list has in force at a moment, in no order to rely on. */
int listings_read(struct db *db, int list_id, int64_t now, struct batch *batch_r)
	__attribute__((warn_unused_result));

/* Reads a row whose columns are those of FIND_LISTINGS, in their order. For the modules of store/.
 */
void listings_read_row(struct statement *row, struct listing *listing_r);

/* The number of a reason's one row, made where there is none. For use inside a transaction. */
int listings_intern_reason(struct db *db, const char *reason, int64_t *id_r)
	__attribute__((warn_unused_result));

/*
 * Ends a network's listing if it has expired, so that a new one has room; *ended_r says whether it
 * had. One change is on record for many: *expire_id is its number, 0 before it is made. For use
 * inside a transaction.
 */
int listings_end_expired(struct db *db, int list_id, const struct network *network, int64_t now,
	int64_t *expire_id, bool *ended_r) __attribute__((warn_unused_result));

#endif
