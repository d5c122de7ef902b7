/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/changes.h"

#include <stddef.h>

#include "base/err.h"
#include "store/db.h"

int change_add(struct db *db, const struct change *change, int64_t *id_r)
{
	struct statement *insert = db_begin(db, ADD_CHANGE);

	db_bind_int(insert, 1, change->at);
	db_bind_text(insert, 2, change->who);
	db_bind_text(insert, 3, change->what);
	db_bind_text(insert, 4, change->address);
	if (change->list_id != 0)
		db_bind_int(insert, 5, change->list_id);
	db_bind_text(insert, 6, change->why);
	int err = db_run(insert);
	if (id_r != NULL)
		*id_r = err == ERR_NONE ? db_last_id(db) : 0;
	return err;
}
