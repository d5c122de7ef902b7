/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter's counters, kept in the hit log for the site's metrics. */
#include "store/counters.h"

#include "base/err.h"
#include "store/db.h"

int counters_store(
	struct db *db, const char *const *names, const int64_t *values, size_t count, int64_t now)
{
	int err = db_begin_write(db);

	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		struct statement *set = db_begin(db, SET_COUNTER);
		db_bind_text(set, 1, names[i]);
		db_bind_int(set, 2, values[i]);
		db_bind_int(set, 3, now);
		err = db_run(set);
	}
	return db_end(db, err);
}

int counters_each(
	struct db *db, void (*take)(void *context, const char *name, int64_t value), void *context)
{
	struct statement *row = db_begin(db, ALL_COUNTERS);
	int more;

	while ((more = db_step(row)) > 0)
		take(context, db_text(row, 0), db_int(row, 1));
	return more;
}
