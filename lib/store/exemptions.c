/* SPDX-License-Identifier: BSD-2-Clause */
/* The exemptions: networks that are never refused. */
#include "store/exemptions.h"

#include "base/err.h"
#include "store/db.h"

/* Runs a statement about one network, with the change; returns `none` when it changed no row. */
static int change_exemption(struct db *db, enum statement_id id, const struct network *network,
	const struct change *change, int none)
{
	int64_t change_id;
	int err = db_begin_write(db);

	if (err == ERR_NONE)
		err = history_add_about(db, network, 0, change, &change_id);
	if (err == ERR_NONE) {
		struct statement *statement = db_begin(db, id);
		db_bind_addr(statement, 1, &network->addr);
		db_bind_int(statement, 2, network->prefix);
		db_bind_int(statement, 3, change_id);
		err = db_update(statement, none);
	}
	return db_end(db, err);
}

int exemptions_add(struct db *db, const struct network *network, const struct change *change)
{
	return change_exemption(db, ADD_EXEMPTION, network, change, ERR_EXISTS);
}

int exemptions_end(struct db *db, const struct network *network, const struct change *change)
{
	return change_exemption(db, END_EXEMPTION, network, change, ERR_NOT_FOUND);
}

int exemptions_each(struct db *db, void (*take)(void *context, const struct exemption *exemption),
	void *context)
{
	struct statement *row = db_begin(db, ALL_EXEMPTIONS);
	int more;

	while ((more = db_step(row)) > 0) {
		struct exemption exemption = {
			.network = {.addr = db_addr(row, 0), .prefix = (uint8_t)db_int(row, 1)},
			.at = db_int(row, 2),
			.who = db_text(row, 3),
			.why = db_text(row, 4),
		};
		take(context, &exemption);
	}
	return more;
}
