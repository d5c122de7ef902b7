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

/*
 * The mode of a database's files: one user writes the database of listings and the hit log, and its
 * group reads them (0640); all programs write the inbox (0660).
 */
unsigned migrate_file_mode(enum db_kind kind);

/*
 * For root: gives the two files beside a database its owner, group and mode, as SQLite does when it
 * makes them (somebody may have changed those of the database alone), and makes them when they are
 * missing (a plain sqlite3 that was the last to close the database has removed them), so that a
 * program can use the database that cannot write in its folder. Only what is a file is touched.
 */
void migrate_match_files(const char *path);

/* The schema version that this program uses. */
int migrate_newest_version(enum db_kind kind);

/*
 * Creates a database at path, or upgrades an older one to the newest version, each step in its own
 * transaction, so that an interrupted migration continues where it was. Harmless on a current one.
 * *from_r is the version that it had, 0 for a new one. A new file has the mode of its kind,
 * whatever the umask.
 */
int migrate(const char *path, enum db_kind kind, int *from_r, struct text *message_r)
	__attribute__((warn_unused_result));

#endif
