/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/statements.h"

struct db;
struct text;

/* The schema version that this program was made for. */
int migrate_newest_version(enum db_kind kind);

/*
 * Whether an open database is of this kind and version: ERR_DB_FOREIGN, ERR_DB_OLDER,
 * ERR_DB_NEWER, or what reading it brought up. message_r says what would mend it.
 */
int migrate_check_version(struct db *db, enum db_kind kind, struct text *message_r)
	__attribute__((warn_unused_result));

/*
 * Makes a database at path, or brings an older one to the newest version: each step in a
 * transaction of its own, so an interrupted migration goes on where it was. Harmless on one that is
 * new already. *from_r is the version it had, 0 for a new one. The file's mode is 0660 less the
 * umask.
 */
int migrate(const char *path, enum db_kind kind, int *from_r, struct text *message_r)
	__attribute__((warn_unused_result));

#endif
