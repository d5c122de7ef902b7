/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "store/statements.h"

struct text;

/*
 * A connection to one of the two databases, with its prepared statements. One thread at a time uses
 * a connection; any thread may. Calls return ERR_NONE or an error of SQLite as one of our numbers
 * (base/err.h): the ERR_DB_ ones, ERR_MEMORY, and ERR_REFUSED for a row that breaks a rule of the
 * schema. db_error() has the details until the next call.
 */
struct db;

/* A statement that is being run. Owned by its connection: never freed, only finished. */
struct statement;

struct db_options {
	enum db_kind kind;
	enum db_role role;
	bool writable;
	bool create;    /* an empty file if there is none; only with writable */
	int wait_msecs; /* how long to wait for another program's lock */
};

/*
 * Connects to a file, whatever is in it: programs use store_open() (store/migrate.h). All or
 * nothing. message_r says what is wrong with which file, and what to do about it.
 */
int db_connect(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r) __attribute__((warn_unused_result));

void db_close(struct db **db);

/* SQLite's text of the last failure, for a log line. Valid until the next call. */
const char *db_error(const struct db *db);

/* Adds "PATH: error (SQLite's text)" to a message, nothing for ERR_NONE. Returns err. */
int db_explain(const struct db *db, int err, struct text *message_r);

const char *db_path(const struct db *db);

/*
 * Whether the open file is no longer the one at its path (deleted, or replaced by a rename), or its
 * schema was changed since the connection was opened. The path is checked only when the last check
 * is older than max_age_msecs, as a check costs as much as a look-up; 0: now.
 */
bool db_is_stale(struct db *db, int max_age_msecs);

void db_set_wait(struct db *db, int wait_msecs);

/*
 * Begins a statement of schema/statements.sql; it is prepared the first time. A failure is
 * returned by db_step(). The role must allow the statement (assert).
 * After db_begin(), bind the parameters (from 1; one that is not bound is NULL), then step until
 * db_step() returns 0 or an error, or end early with db_finish().
 */
struct statement *db_begin(struct db *db, enum statement_id id);

/* Bind a parameter. A failure is kept and returned by db_step(). Strings and octets are not copied:
 * they must be valid until the statement is finished. */
void db_bind_int(struct statement *statement, int parameter, int64_t value);
void db_bind_id(struct statement *statement, int parameter, int64_t id);     /* 0: SQL NULL */
void db_bind_time(struct statement *statement, int parameter, int64_t time); /* CLOCK_NEVER: NULL */
void db_bind_text(
	struct statement *statement, int parameter, const char *value); /* NULL: SQL NULL */
void db_bind_blob(struct statement *statement, int parameter, const void *octets, size_t length);
void db_bind_addr(struct statement *statement, int parameter, const struct addr *addr);
void db_bind_addr_text(
	struct statement *statement, int parameter, const struct addr *addr); /* as text; copied */

/* 1: there is a row; 0: done, and finished; negative: failed, and finished. */
int db_step(struct statement *statement) __attribute__((warn_unused_result));

void db_finish(struct statement *statement);

/* Runs a statement that returns no rows. */
int db_run(struct statement *statement) __attribute__((warn_unused_result));

/* Runs an INSERT; *id_r is the number of the new row, 0 after a failure. */
int db_insert(struct statement *statement, int64_t *id_r) __attribute__((warn_unused_result));

/* Runs a statement that must change a row. Returns `none` when it changed none. */
int db_update(struct statement *statement, int none) __attribute__((warn_unused_result));

/* Reads a row's columns into *result_r. */
typedef void db_read(struct statement *row, void *result_r);

/* Runs a statement that returns at most one row, and reads the row. ERR_NOT_FOUND when none. */
int db_read_one(struct statement *statement, db_read *read, void *result_r)
	__attribute__((warn_unused_result));

/* The same for one number, and for one time. After an error, 0 and CLOCK_NEVER. */
int db_get_int(struct statement *statement, int64_t *value_r) __attribute__((warn_unused_result));
int db_get_time(struct statement *statement, int64_t *time_r) __attribute__((warn_unused_result));

/* Columns of the current row, from 0. Strings are valid until the next step, and never NULL. */
int64_t db_int(struct statement *statement, int column);
const char *db_text(struct statement *statement, int column);
const void *db_blob(struct statement *statement, int column, size_t *length_r);
struct addr db_addr(struct statement *statement, int column); /* zero when it is not 16 octets */
int64_t db_time(struct statement *statement, int column);     /* NULL: CLOCK_NEVER */
bool db_is_null(struct statement *statement, int column);

/* Begin a transaction: one that writes, or one that reads the database as of one moment. */
int db_begin_write(struct db *db) __attribute__((warn_unused_result));
int db_begin_read(struct db *db) __attribute__((warn_unused_result));

/*
 * Ends a transaction: commits it when err is ERR_NONE, else rolls it back. Returns err, or why the
 * commit failed; then it was rolled back. Harmless when no transaction is open and err is an error.
 */
int db_end(struct db *db, int err) __attribute__((warn_unused_result));

int64_t db_changes(const struct db *db); /* rows of the last INSERT, UPDATE or DELETE */

/* Runs SQL that is not in the table: pragmas and schema files. */
int db_execute(struct db *db, const char *sql) __attribute__((warn_unused_result));

/* A pragma's integer value. */
int db_pragma_int(struct db *db, const char *pragma, int64_t *value_r)
	__attribute__((warn_unused_result));

/*
 * Writes the write-ahead log back into the database and empties it, as far as possible: ERR_DB_BUSY
 * when another program held it up for longer than the wait.
 */
int db_checkpoint(struct db *db);

/* Returns the space of deleted rows to the file system, in small steps. */
int db_give_back(struct db *db) __attribute__((warn_unused_result));

/*
 * Checks the file's structure and rules in full (PRAGMA integrity_check, foreign_key_check):
 * ERR_DB_CORRUPT, with the first fault in message_r.
 */
int db_check_integrity(struct db *db, struct text *message_r) __attribute__((warn_unused_result));

#endif
