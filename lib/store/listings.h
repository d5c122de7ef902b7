/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_LISTINGS_H
#define STORE_LISTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/network.h"
#include "core/listing.h"
#include "store/evidence.h"
#include "store/history.h"

struct batch;
struct db;
struct statement;

/*
 * Adds a listing: change, evidence and listing in one transaction. The caller sets list_id,
 * network, reason and expires_at of listing; id, evidence_id and listed_at (change->at) are set
 * here. A listing of the same network that has expired is ended first. ERR_EXISTS when the network
 * is on the list already; then *existing_r is that listing.
 */
int listings_add(struct db *db, struct listing *listing, const struct evidence *evidence,
	const struct change *change, struct listing *existing_r)
	__attribute__((warn_unused_result));

/* Ends a listing in force; its row is kept. ERR_NOT_FOUND. */
int listings_end(struct db *db, int list_id, const struct network *network,
	const struct change *change) __attribute__((warn_unused_result));

/*
 * The same two for use inside a transaction. listings_add_within() takes the evidence from
 * listing->evidence_id; *id_r is the listing that ended, 0 after an error.
 */
int listings_add_within(struct db *db, struct listing *listing, const struct change *change,
	struct listing *existing_r) __attribute__((warn_unused_result));
int listings_end_within(struct db *db, int list_id, const struct network *network,
	const struct change *change, int64_t *id_r) __attribute__((warn_unused_result));

/* Adds a piece of evidence to a listing; harmless when the listing has it. */
int listings_add_evidence(struct db *db, int64_t listing_id, int64_t evidence_id)
	__attribute__((warn_unused_result));

/* The listing in force of exactly this network on a list. ERR_NOT_FOUND. */
int listings_find(struct db *db, int list_id, const struct network *network, int64_t now,
	struct listing *listing_r) __attribute__((warn_unused_result));

/*
 * The listings in force, of all lists, that contain the network, the widest first, and then those
 * that lie in it, in the order of their addresses: at most `room` of them. When there are more, the
 * network's own and the nearest around it are returned.
 */
int listings_find_related(struct db *db, const struct network *network, int64_t now,
	struct listing *listings_r, size_t room, size_t *count_r)
	__attribute__((warn_unused_result));

/* Reads the listings of a list in force at a time, in no particular order. ERR_DB_CORRUPT for a row
 * that holds no network. */
int listings_read(struct db *db, int list_id, int64_t now, struct batch *batch_r)
	__attribute__((warn_unused_result));

/*
 * For the modules of store/, inside a transaction.
 */

/* Reads a row with the columns of FIND_LISTINGS into a struct listing (db_read). */
void listings_read_row(struct statement *row, void *listing_r);

/* The number of a reason's row, which is added if there is none. */
int listings_intern_reason(struct db *db, const char *reason, int64_t *id_r)
	__attribute__((warn_unused_result));

/* Inserts a row and sets listing->id. ERR_EXISTS when the network has a row that has not ended. */
int listings_insert(struct db *db, struct listing *listing, int64_t reason_id, int64_t change_id)
	__attribute__((warn_unused_result));

int listings_end_row(struct db *db, int64_t id, int64_t at, int64_t change_id)
	__attribute__((warn_unused_result));

/*
 * Ends a network's listing if it has expired, so that listings_insert() can add one. Several ends
 * share one change, whose number is *expire_id; 0: it is not recorded yet. ERR_EXISTS when the
 * listing is in force: *existing_r.
 */
int listings_end_expired(struct db *db, int list_id, const struct network *network, int64_t now,
	int64_t *expire_id, struct listing *existing_r) __attribute__((warn_unused_result));

#endif
