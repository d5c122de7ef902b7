/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts of errors. */
#include "base/err.h"

#include <stddef.h>

static const char *const TEXTS[] = {
	[-ERR_NONE] = "no error",
	[-ERR_MEMORY] = "out of memory",
	[-ERR_SYNTAX] = "invalid syntax",
	[-ERR_RANGE] = "out of range",
	[-ERR_HOST_BITS] = "bits are set beyond the prefix length",
	[-ERR_NOT_FOUND] = "not found",
	[-ERR_EXISTS] = "already exists",
	[-ERR_REFUSED] = "refused",
	[-ERR_TIMEOUT] = "timed out",
	[-ERR_STOPPED] = "interrupted",
	[-ERR_IO] = "input/output error",
	[-ERR_DB_MISSING] = "the database file does not exist",
	[-ERR_DB_FOREIGN] = "not an opsmilter database",
	[-ERR_DB_OLDER] = "the database is older than this program; run opsctl init",
	[-ERR_DB_NEWER] = "the database is newer than this program",
	[-ERR_DB_BUSY] = "the database is locked by another program",
	[-ERR_DB_FULL] = "the disk is full",
	[-ERR_DB_CORRUPT] = "the database is damaged",
	[-ERR_DB_READONLY] = "no permission to open or write the database",
	[-ERR_DB] = "the database failed",
};

const char *err_text(int err)
{
	const int count = sizeof(TEXTS) / sizeof(*TEXTS);

	if (err > 0 || err <= -count || TEXTS[-err] == NULL)
		return "unknown error";
	return TEXTS[-err];
}
