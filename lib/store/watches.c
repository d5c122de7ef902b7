/* SPDX-License-Identifier: BSD-2-Clause */
/* Watches: tests of an address after its listing ended. */
#include "store/watches.h"

#include <assert.h>

#include "base/addr.h"
#include "store/db.h"

int64_t watch_due_secs(int tests)
{
	static const int64_t due_secs[WATCH_TESTS] = {3600, 86400, 7 * 86400};

	assert(tests >= 0 && tests < WATCH_TESTS);
	return due_secs[tests];
}

int watches_begin(
	struct db *db, const struct addr *address, int list_id, int64_t listing_id, int64_t now)
{
	struct statement *insert = db_begin(db, ADD_WATCH);

	db_bind_addr_text(insert, 1, address);
	db_bind_int(insert, 2, list_id);
	db_bind_int(insert, 3, listing_id);
	db_bind_int(insert, 4, now);
	db_bind_int(insert, 5, now + watch_due_secs(0));
	return db_run(insert);
}
