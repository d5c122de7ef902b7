/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/purge.h"

#include "base/err.h"
#include "store/db.h"

int purge_some_hits(struct db *hits, int64_t before, int64_t *deleted_r)
{
	struct statement *delete = db_begin(hits, PURGE_HITS);

	db_bind_int(delete, 1, before);
	db_bind_int(delete, 2, PURGE_BATCH);
	int err = db_run(delete);
	*deleted_r = err == ERR_NONE ? db_changes(hits) : 0;
	return err;
}

static int take_bodies(struct db *ops, int64_t before, int64_t now, int64_t *purged_r)
{
	struct statement *update = db_begin(ops, PURGE_EVIDENCE);

	db_bind_int(update, 1, before);
	db_bind_int(update, 2, now);
	int err = db_run(update);
	*purged_r = err == ERR_NONE ? db_changes(ops) : 0;
	return err;
}

int purge_evidence(struct db *ops, int64_t before, const struct change *change, int64_t *purged_r)
{
	*purged_r = 0;
	int err = db_begin_write(ops);
	if (err == ERR_NONE)
		err = take_bodies(ops, before, change->at, purged_r);
	if (err == ERR_NONE && *purged_r > 0)
		err = history_add(ops, change, NULL);
	if (err == ERR_NONE)
		err = db_commit(ops);
	if (err != ERR_NONE) {
		*purged_r = 0;
		db_rollback(ops);
	}
	return err;
}

int purge_give_back(struct db *db)
{
	int64_t before = INT64_MAX, pages;
	int err = db_pragma_int(db, "freelist_count", &pages);

	/* A file that was made without auto_vacuum gives nothing back; its space is used again. */
	while (err == ERR_NONE && pages > 0 && pages < before) {
		before = pages;
		err = db_execute(db, "PRAGMA incremental_vacuum(1000)");
		if (err == ERR_NONE)
			err = db_pragma_int(db, "freelist_count", &pages);
	}
	db_checkpoint(db);
	return err;
}
