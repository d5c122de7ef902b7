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
 * a connection; any thread may. Calls return ERR_NONE or one of the ERR_DB_ numbers (base/err.h),
 * and db_error() has the details until the next call.
 */
struct db;

/* A statement that is being run. Owned by its connection: never freed, only finished. */
struct statement;

struct db_options {
	enum db_kind kind;
	enum db_role role;
	bool writable;
	bool create;    /* make the file, empty, where there is none; only with writable */
	int wait_msecs; /* how long to wait for another program's lock */
};

/*
 * Connects to a file, whatever is in it: programs use store_open() (store/migrate.h). All or
 * nothing. message_r says what is wrong and what would mend it, with the path in it.
 */
int db_connect(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r) __attribute__((warn_unused_result));

void db_close(struct db **db);

/* The text of the last failure, for a log line. Valid until the next call. */
const char *db_error(const struct db *db);

const char *db_path(const struct db *db);

/*
 * Whether the file that this connection has open no longer stands at its path (deleted, or replaced
 * by rename), or its schema was changed since the connection was opened. The path is looked at only
 * when the last look is older than max_age_msecs, as that costs as much as a look-up; 0: now.
 */
bool db_is_stale(struct db *db, int max_age_msecs);

void db_set_wait(struct db *db, int wait_msecs);

/* Interrupts what a connection is doing, from any thread: it returns ERR_STOPPED. */
void db_interrupt(struct db *db);

/*
 * Begins a statement of the table in statements.c; it is prepared the first time. A
 * failure comes back from db_step(). The role must allow it (assert).
 * A statement is begun, its parameters bound (from 1), stepped until it gives 0 or an error, or
 * finished early by db_finish().
 */
struct statement *db_begin(struct db *db, enum statement_id id);

/* Bind a parameter. A failure is kept and comes back from db_step(). Strings must outlive the run.
 */
void db_bind_int(struct statement *statement, int parameter, int64_t value);
void db_bind_text(
	struct statement *statement, int parameter, const char *value); /* NULL: SQL NULL */
void db_bind_blob(struct statement *statement, int parameter, const void *octets, size_t length);
void db_bind_addr(struct statement *statement, int parameter, const struct addr *addr);
void db_bind_time(struct statement *statement, int parameter, int64_t time); /* CLOCK_NEVER: NULL */

/* 1: a row is there; 0: done, and finished; negative: failed, and finished. */
int db_step(struct statement *statement) __attribute__((warn_unused_result));

/* Runs a statement that gives no rows. */
int db_run(struct statement *statement) __attribute__((warn_unused_result));

/* Runs a statement that gives one row of one number. */
int db_get_int(struct statement *statement, int64_t *value_r) __attribute__((warn_unused_result));

void db_finish(struct statement *statement);

/* Columns of the present row, from 0. Strings are valid until the next step; never NULL. */
int64_t db_int(struct statement *statement, int column);
const char *db_text(struct statement *statement, int column);
const void *db_blob(struct statement *statement, int column, size_t *length_r);
struct addr db_addr(struct statement *statement, int column); /* zero when it is not 16 octets */
int64_t db_time(struct statement *statement, int column);     /* NULL: CLOCK_NEVER */
bool db_is_null(struct statement *statement, int column);

/* Transactions. db_rollback() is harmless where none is open. */
int db_begin_write(struct db *db) __attribute__((warn_unused_result));
int db_begin_read(struct db *db) __attribute__((warn_unused_result));
int db_commit(struct db *db) __attribute__((warn_unused_result));
void db_rollback(struct db *db);

int64_t db_last_id(const struct db *db); /* row of the last insert */
int64_t db_changes(const struct db *db); /* rows of the last insert or update */

/* Runs SQL that is not in the table: pragmas and schema files. */
int db_execute(struct db *db, const char *sql) __attribute__((warn_unused_result));

/* A pragma's integer value. */
int db_pragma_int(struct db *db, const char *pragma, int64_t *value_r)
	__attribute__((warn_unused_result));

/*
 * Writes the log back into the database and empties it: best effort, as others may hold it up for
 * longer than the wait (ERR_DB_BUSY).
 */
int db_checkpoint(struct db *db);

/*
 * Full check of the file's structure and rules (PRAGMA integrity_check, foreign_key_check):
 * ERR_DB_CORRUPT with the first fault in message_r.
 */
int db_check_integrity(struct db *db, struct text *message_r) __attribute__((warn_unused_result));

/* Gives the space of what was deleted back to the file system, in small steps. */
int db_give_back(struct db *db) __attribute__((warn_unused_result));

#endif
