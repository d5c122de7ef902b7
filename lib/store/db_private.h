/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_DB_PRIVATE_H
#define STORE_DB_PRIVATE_H

#include <sqlite3.h>
#include <stdint.h>

#include "store/statements.h"

/* What db.c and db_statement.c share, the only files that call SQLite. */

struct statement {
	struct db *db;
	sqlite3_stmt *stmt;
	int bind_error; /* SQLite's code of the first failed bind */
};

struct db {
	sqlite3 *sqlite;
	char *path;
	enum db_kind kind;
	enum db_role role;
	int64_t looked_at_msecs; /* when db_is_stale() last looked at the path */
	char error[256];
	struct statement statements[STATEMENT_COUNT];
};

/* Keeps SQLite's text of a failure, which its next call replaces, and returns our number. */
int db_capture(struct db *db, int code);

#endif
