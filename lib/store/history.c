/* SPDX-License-Identifier: BSD-2-Clause */
/* The history: what was done, who did it and why. */
#include "store/history.h"

#include "base/err.h"
#include "store/db.h"

int history_add(struct db *db, const struct change *change, int64_t *id_r)
{
	struct statement *insert = db_begin(db, ADD_CHANGE);
	int64_t id;

	db_bind_int(insert, 1, change->at);
	db_bind_text(insert, 2, change->who);
	db_bind_text(insert, 3, change->what);
	db_bind_text(insert, 4, change->address);
	db_bind_id(insert, 5, change->list_id);
	db_bind_text(insert, 6, change->why);
	return db_insert(insert, id_r != NULL ? id_r : &id);
}

int history_add_about(struct db *db, const struct network *network, int list_id,
	const struct change *change, int64_t *id_r)
{
	struct change about = *change;
	char text[NETWORK_TEXT_SIZE];

	if (network != NULL) {
		network_format(network, text);
		about.address = text;
	}
	about.list_id = list_id;
	return history_add(db, &about, id_r);
}

int history_each(struct db *db, const struct addr *addr, int64_t now,
	void (*take)(void *context, const struct history_event *event), void *context)
{
	struct statement *row = db_begin(db, HISTORY_OF_ADDRESS);
	int more;

	db_bind_addr(row, 1, addr);
	db_bind_int(row, 2, addr_is_ipv4(addr) ? NETWORK_IPV4_PREFIX : 0);
	db_bind_int(row, 3, NETWORK_MAX_PREFIX);
	db_bind_addr_text(row, 4, addr);
	db_bind_int(row, 5, now);
	while ((more = db_step(row)) > 0) {
		struct history_event event = {
			.at = db_int(row, 0),
			.who = db_text(row, 1),
			.what = db_text(row, 2),
			.network = {.addr = db_addr(row, 3), .prefix = (uint8_t)db_int(row, 4)},
			.list = db_text(row, 5),
			.evidence_id = db_int(row, 6),
			.why = db_text(row, 7),
		};
		take(context, &event);
	}
	return more;
}

int history_newest(struct db *db, int64_t *at_r)
{
	return db_get_int(db_begin(db, NEWEST_CHANGE), at_r);
}
