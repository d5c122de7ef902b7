/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter's counters, kept in the hit log for the site's metrics. */
#include "store/counters.h"

#include "base/err.h"
#include "store/db.h"

static int set(struct db *db, const char *name, int64_t value, int64_t now)
{
	struct statement *statement = db_begin(db, SET_COUNTER);

	db_bind_text(statement, 1, name);
	db_bind_int(statement, 2, value);
	db_bind_int(statement, 3, now);
	return db_run(statement);
}

int counters_store(
	struct db *db, const char *const *names, const int64_t *values, size_t count, int64_t now)
{
	int err = db_begin_write(db);

	for (size_t i = 0; err == ERR_NONE && i < count; i++)
		err = set(db, names[i], values[i], now);
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
