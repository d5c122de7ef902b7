/* SPDX-License-Identifier: BSD-2-Clause */
/* Listings: added, ended, found and read. */
#include "store/listings.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/batch.h"
#include "store/db.h"

void listings_read_row(struct statement *row, void *result_r)
{
	struct listing *listing_r = result_r;

	listing_r->id = db_int(row, 0);
	listing_r->list_id = (int)db_int(row, 1);
	text_copy(listing_r->list, sizeof(listing_r->list), db_text(row, 2));
	/* An action that this program does not know counts as the one that harms no mail. */
	listing_r->action = LIST_LOG;
	(void)list_action_parse(db_text(row, 3), &listing_r->action);
	listing_r->network.addr = db_addr(row, 4);
	listing_r->network.prefix = (uint8_t)db_int(row, 5);
	text_copy(listing_r->reason, sizeof(listing_r->reason), db_text(row, 6));
	listing_r->listed_at = db_int(row, 7);
	listing_r->expires_at = db_time(row, 8);
	listing_r->evidence_id = db_int(row, 9);
}

/* The row that has not ended, expired or not. ERR_NOT_FOUND. */
static int find(
	struct db *db, int list_id, const struct network *network, struct listing *listing_r)
{
	struct statement *row = db_begin(db, FIND_LISTING);

	db_bind_int(row, 1, list_id);
	db_bind_addr(row, 2, &network->addr);
	db_bind_int(row, 3, network->prefix);
	return db_read_one(row, listings_read_row, listing_r);
}

int listings_end_row(struct db *db, int64_t id, int64_t at, int64_t change_id)
{
	struct statement *update = db_begin(db, END_LISTING);

	db_bind_int(update, 1, id);
	db_bind_int(update, 2, at);
	db_bind_int(update, 3, change_id);
	return db_run(update);
}

int listings_end_expired(struct db *db, int list_id, const struct network *network, int64_t now,
	int64_t *expire_id, struct listing *existing_r)
{
	/* No address, as several listings may share it. */
	const struct change expiry = {.at = now,
		.who = "opsmilter",
		.what = "expire",
		.why = "expired",
		.list_id = list_id};
	int err = find(db, list_id, network, existing_r);

	if (err != ERR_NONE)
		return err == ERR_NOT_FOUND ? ERR_NONE : err;
	if (existing_r->expires_at > now)
		return ERR_EXISTS;
	if (*expire_id == 0)
		err = history_add(db, &expiry, expire_id);
	return err == ERR_NONE
		       ? listings_end_row(db, existing_r->id, existing_r->expires_at, *expire_id)
		       : err;
}

int listings_intern_reason(struct db *db, const char *reason, int64_t *id_r)
{
	struct statement *row = db_begin(db, FIND_REASON);

	db_bind_text(row, 1, reason);
	int err = db_get_int(row, id_r);
	if (err != ERR_NOT_FOUND)
		return err;
	struct statement *insert = db_begin(db, ADD_REASON);
	db_bind_text(insert, 1, reason);
	return db_insert(insert, id_r);
}

int listings_insert(struct db *db, struct listing *listing, int64_t reason_id, int64_t change_id)
{
	struct statement *insert = db_begin(db, ADD_LISTING);

	db_bind_int(insert, 1, listing->list_id);
	db_bind_addr(insert, 2, &listing->network.addr);
	db_bind_int(insert, 3, listing->network.prefix);
	db_bind_int(insert, 4, reason_id);
	db_bind_int(insert, 5, listing->evidence_id);
	db_bind_int(insert, 6, listing->listed_at);
	db_bind_time(insert, 7, listing->expires_at);
	db_bind_int(insert, 8, change_id);
	int err = db_insert(insert, &listing->id);
	return err == ERR_NONE && db_changes(db) == 0 ? ERR_EXISTS : err;
}

int listings_add_within(struct db *db, struct listing *listing, const struct change *change,
	struct listing *existing_r)
{
	int64_t expire_id = 0, change_id, reason_id;
	int err = listings_end_expired(
		db, listing->list_id, &listing->network, change->at, &expire_id, existing_r);

	listing->listed_at = change->at;
	if (err == ERR_NONE)
		err = history_add_about(
			db, &listing->network, listing->list_id, change, &change_id);
	if (err == ERR_NONE)
		err = listings_intern_reason(db, listing->reason, &reason_id);
	return err == ERR_NONE ? listings_insert(db, listing, reason_id, change_id) : err;
}

int listings_add(struct db *db, struct listing *listing, const struct evidence *evidence,
	const struct change *change, struct listing *existing_r)
{
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = evidence_add(db, evidence, &listing->evidence_id);
	if (err == ERR_NONE)
		err = listings_add_within(db, listing, change, existing_r);
	return db_end(db, err);
}

int listings_find(struct db *db, int list_id, const struct network *network, int64_t now,
	struct listing *listing_r)
{
	int err = find(db, list_id, network, listing_r);

	return err == ERR_NONE && listing_r->expires_at <= now ? ERR_NOT_FOUND : err;
}

int listings_end_within(struct db *db, int list_id, const struct network *network,
	const struct change *change, int64_t *id_r)
{
	struct listing listing;
	int64_t change_id;
	int err = listings_find(db, list_id, network, change->at, &listing);

	if (err == ERR_NONE)
		err = history_add_about(db, network, list_id, change, &change_id);
	if (err == ERR_NONE)
		err = listings_end_row(db, listing.id, change->at, change_id);
	*id_r = err == ERR_NONE ? listing.id : 0;
	return err;
}

int listings_end(
	struct db *db, int list_id, const struct network *network, const struct change *change)
{
	int64_t id;
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = listings_end_within(db, list_id, network, change, &id);
	return db_end(db, err);
}

int listings_add_evidence(struct db *db, int64_t listing_id, int64_t evidence_id)
{
	struct statement *insert = db_begin(db, ADD_LISTING_EVIDENCE);

	db_bind_int(insert, 1, listing_id);
	db_bind_int(insert, 2, evidence_id);
	return db_run(insert);
}

int listings_find_related(struct db *db, const struct network *network, int64_t now,
	struct listing *listings_r, size_t room, size_t *count_r)
{
	struct statement *row = db_begin(db, RELATED_LISTINGS);
	struct addr last = network_last(network);
	int more;

	*count_r = 0;
	db_bind_addr(row, 1, &network->addr);
	db_bind_addr(row, 2, &last);
	db_bind_int(row, 3, network_is_ipv4(network) ? NETWORK_IPV4_PREFIX : 0);
	db_bind_int(row, 4, network->prefix);
	db_bind_int(row, 5, now);
	db_bind_int(row, 6, (int64_t)room);
	while ((more = db_step(row)) > 0)
		listings_read_row(row, &listings_r[(*count_r)++]);
	return more;
}

/* The users of a batch trust that its networks nest, whatever a damaged file contains. */
static int read_network(struct statement *row, struct network *network_r)
{
	struct addr addr = db_addr(row, 0);
	int64_t prefix = db_int(row, 1);

	if (prefix < 0 || prefix > NETWORK_MAX_PREFIX)
		return ERR_DB_CORRUPT;
	*network_r = network_around(&addr, (unsigned)prefix);
	return addr_compare(&network_r->addr, &addr) == 0 ? ERR_NONE : ERR_DB_CORRUPT;
}

int listings_read(struct db *db, int list_id, int64_t now, struct batch *batch_r)
{
	struct statement *row = db_begin(db, LISTINGS_OF_LIST);
	struct network network;
	int more, err = ERR_NONE;

	db_bind_int(row, 1, list_id);
	db_bind_int(row, 2, now);
	while (err == ERR_NONE && (more = db_step(row)) != 0) {
		err = more > 0 ? read_network(row, &network) : more;
		if (err == ERR_NONE)
			err = batch_add(batch_r, &network, db_text(row, 2), db_int(row, 3),
				db_time(row, 4));
	}
	db_finish(row);
	return err;
}
