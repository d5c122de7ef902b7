/* SPDX-License-Identifier: BSD-2-Clause */
/* usage: take_inbox OPS INBOX - takes what waits, as the prober's worker does, and tests nothing.
 */
#include <stdio.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/inbox.h"
#include "store/migrate.h"

static void print(void *context, const struct inbox_taken *taken)
{
	(void)context;
	printf("%lld %s\n", (long long)taken->request_id, taken->why);
}

static struct db *open_database(const char *path, enum db_kind kind)
{
	const struct db_options options = {
		.kind = kind, .role = ROLE_PROBER, .writable = true, .wait_msecs = 5000};
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct db *db;

	if (store_open(path, &options, &db, &message) != ERR_NONE)
		fprintf(stderr, "%s\n", buffer);
	return db;
}

int main(int count, char **values)
{
	const struct inbox_rules rules = {
		.caps = {.nominations_per_day = 1000,
			.nomination_mb_per_day = 1000,
			.nomination_mb = 1000,
			.open_requests = 1000},
	};
	struct db *ops = count == 3 ? open_database(values[1], DB_OPS) : NULL;
	struct db *inbox = count == 3 ? open_database(values[2], DB_INBOX) : NULL;
	struct db *failed;
	int err = ERR_MEMORY;

	if (ops != NULL && inbox != NULL)
		err = inbox_take(inbox, ops, &rules, clock_now(), print, NULL, &failed);
	db_close(&ops);
	db_close(&inbox);
	return err == ERR_NONE ? 0 : 1;
}
