/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "store/statements.h"

struct db;
struct db_options;
struct text;

/*
 * Opens a database and checks that it is opsmilter's, of the right kind and schema version. All or
 * nothing. message_r (may be NULL) says what is wrong and what to do about it, with the path.
 */
int store_open(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r) __attribute__((warn_unused_result));

/* The schema version that this program uses. */
int migrate_newest_version(enum db_kind kind);

/*
 * Creates a database at path, or upgrades an older one to the newest version, each step in its own
 * transaction, so that an interrupted migration continues where it was. Harmless on a current one.
 * *from_r is the version that it had, 0 for a new one. The file's mode is 0660, less the umask.
 */
int migrate(const char *path, enum db_kind kind, int *from_r, struct text *message_r)
	__attribute__((warn_unused_result));

#endif
