/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/err.h"

#include <stddef.h>

static const char *const TEXTS[] = {
	[-ERR_NONE] = "no error",
	[-ERR_MEMORY] = "out of memory",
	[-ERR_SYNTAX] = "not of the right form",
	[-ERR_RANGE] = "out of range",
	[-ERR_HOST_BITS] = "bits are set beyond the prefix length",
	[-ERR_NOT_FOUND] = "not found",
	[-ERR_EXISTS] = "exists already",
	[-ERR_REFUSED] = "refused",
	[-ERR_TIMEOUT] = "timed out",
	[-ERR_STOPPED] = "interrupted",
	[-ERR_IO] = "input or output failed",
	[-ERR_DB_MISSING] = "no database file there",
	[-ERR_DB_FOREIGN] = "not a database of this program",
	[-ERR_DB_OLDER] = "the database is older than this program; run opsctl init",
	[-ERR_DB_NEWER] = "the database is newer than this program",
	[-ERR_DB_BUSY] = "the database is locked by another program",
	[-ERR_DB_FULL] = "the disk is full",
	[-ERR_DB_CORRUPT] = "the database is damaged",
	[-ERR_DB_READONLY] = "no right to open or write the database",
	[-ERR_DB] = "the database failed",
};

const char *err_text(int err)
{
	const int count = sizeof(TEXTS) / sizeof(*TEXTS);

	if (err > 0 || err <= -count || TEXTS[-err] == NULL)
		return "unknown error";
	return TEXTS[-err];
}
