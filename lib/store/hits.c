/* SPDX-License-Identifier: BSD-2-Clause */
/* The hit log as it is read, counted and purged. */
#include "store/hits.h"

#include "base/err.h"
#include "core/hit.h"
#include "store/db.h"

/* Who takes a row. */
struct receiver {
	hits_take *take;
	void *context;
};

static void give(struct statement *statement, void *receiver)
{
	const struct receiver *to = receiver;
	struct hit_row row = {
		.id = db_int(statement, 0),
		.at = db_int(statement, 1),
		.client = db_text(statement, 2),
		.client_name = db_text(statement, 3),
		.helo = db_text(statement, 4),
		.mail_from = db_text(statement, 5),
		.rcpt_to = db_text(statement, 6),
		.list = db_text(statement, 7),
		.network = db_text(statement, 8),
		.reason = db_text(statement, 9),
		.listed_at = db_int(statement, 10),
		.stage = db_text(statement, 11),
		.action = db_text(statement, 12),
		.reply = db_text(statement, 13),
		.ref = db_text(statement, 14),
		.mta = db_text(statement, 15),
		.queue_id = db_text(statement, 16),
	};

	to->take(to->context, &row);
}

int hits_each(struct db *db, const struct hits_filter *filter, hits_take *take, void *context)
{
	struct statement *row =
		db_begin(db, filter->network != NULL ? HITS_OF_NETWORK : HITS_BY_TIME);
	struct receiver receiver = {take, context};
	struct addr last;
	int more;

	db_bind_int(row, 1, filter->since);
	db_bind_int(row, 2, filter->until);
	db_bind_text(row, 3, filter->list);
	db_bind_int(row, 4, filter->limit);
	if (filter->network != NULL) {
		last = network_last(filter->network);
		db_bind_addr(row, 5, &filter->network->addr);
		db_bind_addr(row, 6, &last);
		db_bind_int(row, 7, network_is_ipv4(filter->network));
	}
	while ((more = db_step(row)) > 0)
		give(row, &receiver);
	return more;
}

int hits_find(struct db *db, const char *ref, hits_take *take, void *context)
{
	char canonical[REF_SIZE];
	int64_t id;

	if (!hit_ref_parse(ref, &id, canonical))
		return ERR_SYNTAX;
	struct statement *row = db_begin(db, HIT_OF_REF);
	db_bind_int(row, 1, id);
	db_bind_text(row, 2, canonical);
	return db_read_one(row, give, &(struct receiver){take, context});
}

int hits_newest(struct db *db, int64_t *at_r)
{
	return db_get_int(db_begin(db, NEWEST_HIT), at_r);
}

int hits_count(struct db *db, enum hits_group group, int64_t since, int64_t until, int64_t limit,
	void (*take)(void *context, const struct hits_count *count), void *context)
{
	static const enum statement_id queries[] = {
		[HITS_BY_DAY] = COUNT_HITS_BY_DAY,
		[HITS_BY_LIST] = COUNT_HITS_BY_LIST,
		[HITS_BY_NETWORK] = COUNT_HITS_BY_NETWORK,
		[HITS_BY_SENDER_DOMAIN] = COUNT_HITS_BY_DOMAIN,
	};
	struct statement *row = db_begin(db, queries[group]);
	int more;

	db_bind_int(row, 1, since);
	db_bind_int(row, 2, until);
	if (group != HITS_BY_DAY)
		db_bind_int(row, 3, limit);
	while ((more = db_step(row)) > 0) {
		struct hits_count count = {
			.key = db_text(row, 0),
			.hits = db_int(row, 1),
			.refused = db_int(row, 2),
			.deferred = db_int(row, 3),
			.clients = db_int(row, 4),
		};
		count.other = count.hits - count.refused - count.deferred;
		take(context, &count);
	}
	return more;
}

int hits_count_client_by_day(struct db *db, const struct addr *client, int64_t since,
	void (*take)(void *context, int64_t day, int64_t hits), void *context)
{
	struct statement *row = db_begin(db, COUNT_CLIENT_BY_DAY);
	int more;

	db_bind_addr(row, 1, client);
	db_bind_int(row, 2, since);
	while ((more = db_step(row)) > 0)
		take(context, db_int(row, 0), db_int(row, 1));
	return more;
}

int hits_count_after(struct db *db, int64_t *last,
	void (*take)(void *context, const char *list, const char *action, int64_t hits),
	void *context)
{
	struct statement *row = db_begin(db, COUNT_HITS_AFTER);
	int64_t newest = *last;
	int more;

	db_bind_int(row, 1, *last);
	while ((more = db_step(row)) > 0) {
		take(context, db_text(row, 0), db_text(row, 1), db_int(row, 2));
		if (db_int(row, 3) > newest)
			newest = db_int(row, 3);
	}
	*last = newest;
	return more;
}

int hits_purge_some(struct db *hits, int64_t before, int64_t *deleted_r)
{
	struct statement *delete = db_begin(hits, PURGE_HITS);

	db_bind_int(delete, 1, before);
	db_bind_int(delete, 2, HITS_PURGE_BATCH);
	int err = db_run(delete);
	*deleted_r = err == ERR_NONE ? db_changes(hits) : 0;
	return err;
}
