/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/open.h"

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/migrate.h"

int store_open(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r)
{
	char nowhere[256];
	struct text unread = TEXT_OVER(nowhere);

	if (message_r == NULL)
		message_r = &unread;
	int err = db_connect(path, options, db_r, message_r);
	if (err != ERR_NONE)
		return err;
	err = migrate_check_version(*db_r, options->kind, message_r);
	if (err != ERR_NONE)
		db_close(db_r);
	return err;
}
