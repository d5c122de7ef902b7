/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_STORE_SCRATCH_DB_H
#define TESTS_STORE_SCRATCH_DB_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/addr.h"
#include "store/statements.h"

/* Databases in a temporary folder, and a plain SQLite connection beside the code under
 * test. */
struct scratch_db {
	char folder[64];
	char path[96];
	sqlite3 *sqlite;
};

/* A fresh database of this kind, made by migrate(). Fails the test when it cannot. */
void scratch_db_open(struct scratch_db *scratch, enum db_kind kind);

/* Closes it and removes the folder. */
void scratch_db_close(struct scratch_db *scratch);

/* Runs SQL; fails the test when it fails. */
void scratch_db_execute(struct scratch_db *scratch, const char *sql);

/* The first column of the first row; 0 when there is none. */
int64_t scratch_db_int(struct scratch_db *scratch, const char *sql);

/* Lists a network on a list by number. expires_at 0: never. */
void scratch_db_list(struct scratch_db *scratch, int list_id, const char *network,
	int64_t listed_at, int64_t expires_at);

#endif
