/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

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

/* Keeps a failure's text while SQLite still has it, and gives our number for it. */
static int capture(struct db *db, int code)
{
	static const struct {
		int code;
		int err;
	} meanings[] = {
		{SQLITE_BUSY, ERR_DB_BUSY},
		{SQLITE_LOCKED, ERR_DB_BUSY},
		{SQLITE_FULL, ERR_DB_FULL},
		{SQLITE_CORRUPT, ERR_DB_CORRUPT},
		{SQLITE_NOTADB, ERR_DB_FOREIGN},
		{SQLITE_READONLY, ERR_DB_READONLY},
		{SQLITE_PERM, ERR_DB_READONLY},
		{SQLITE_AUTH, ERR_DB_READONLY},
		{SQLITE_NOMEM, ERR_MEMORY},
		{SQLITE_INTERRUPT, ERR_STOPPED},
		{SQLITE_CONSTRAINT, ERR_REFUSED},
	};

	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return ERR_NONE;
	text_copy(db->error, sizeof(db->error), sqlite3_errmsg(db->sqlite));
	/* A full disk may also come as an I/O error of a write or of a file's growth. */
	int system_error = sqlite3_system_errno(db->sqlite);
	if ((code & 0xff) == SQLITE_IOERR && (system_error == ENOSPC || system_error == EDQUOT))
		return ERR_DB_FULL;
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].code == (code & 0xff))
			return meanings[i].err;
	}
	return ERR_DB;
}

/* SQL function ops_network(address, prefix): the network of that length around the address. */
static void sql_network(sqlite3_context *context, int count, sqlite3_value **values)
{
	const void *octets = sqlite3_value_blob(values[0]);
	int prefix = sqlite3_value_int(values[1]);
	struct addr addr;

	(void)count;
	if (octets == NULL || sqlite3_value_bytes(values[0]) != sizeof(addr.octets) || prefix < 0 ||
		prefix > NETWORK_MAX_PREFIX) {
		sqlite3_result_null(context);
		return;
	}
	memcpy(addr.octets, octets, sizeof(addr.octets));
	struct network network = network_around(&addr, (unsigned)prefix);
	sqlite3_result_blob(
		context, network.addr.octets, sizeof(network.addr.octets), SQLITE_TRANSIENT);
}

/*
 * What a hostile or damaged file could do is turned off: no schema changes by the back door, no
 * functions called from the schema, and no triggers or views for those who only read.
 */
static int harden(struct db *db, bool writable)
{
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_TRIGGER, writable, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_FKEY, writable, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(db->sqlite, SQLITE_LIMIT_ATTACHED, 0);
	int err = capture(db, sqlite3_create_function_v2(db->sqlite, "ops_network", 2,
				      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL,
				      sql_network, NULL, NULL, NULL));
	if (err == ERR_NONE)
		err = db_execute(db, "PRAGMA cell_size_check = on; PRAGMA temp_store = memory");
	return err;
}

/* Names a file that cannot be opened at all before SQLite calls each such case "unable to open". */
static int check_file(const char *path, const struct db_options *options, struct text *message_r)
{
	struct stat status;
	int mode = options->writable ? R_OK | W_OK : R_OK;

	if (stat(path, &status) != 0) {
		if (errno == ENOENT && options->create)
			return ERR_NONE;
		int err = errno == ENOENT   ? ERR_DB_MISSING
			  : errno == EACCES ? ERR_DB_READONLY
					    : ERR_IO;
		text_add_format(message_r, "%s: %s%s", path, strerror(errno),
			err == ERR_DB_MISSING ? "; \"opsctl init\" makes it" : "");
		return err;
	}
	if (!S_ISREG(status.st_mode)) {
		text_add_format(
			message_r, "%s: not a regular file; a database file belongs there", path);
		return ERR_DB_FOREIGN;
	}
	if (access(path, mode) != 0) {
		text_add_format(message_r, "%s: %s; the user of this program needs %s access to it",
			path, strerror(errno), options->writable ? "read and write" : "read");
		return ERR_DB_READONLY;
	}
	return ERR_NONE;
}

static int say_failure(struct db *db, int err, struct text *message_r)
{
	if (err == ERR_DB_FOREIGN)
		text_add_format(message_r,
			"%s: not an SQLite database; move it away, then run \"opsctl init\"",
			db->path);
	else
		text_add_format(message_r, "%s: %s (%s)", db->path, err_text(err), db->error);
	return err;
}

static int open_sqlite(struct db *db, const struct db_options *options, struct text *message_r)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;

	flags |= options->writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	flags |= options->create ? SQLITE_OPEN_CREATE : 0;
	int err = capture(db, sqlite3_open_v2(db->path, &db->sqlite, flags, NULL));
	if (err != ERR_NONE)
		return say_failure(db, err, message_r);
	db_set_wait(db, options->wait_msecs);
	err = harden(db, options->writable);
	return err == ERR_NONE ? ERR_NONE : say_failure(db, err, message_r);
}

int db_connect(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r)
{
	struct db *db = NULL;

	*db_r = NULL;
	int err = check_file(path, options, message_r);
	if (err != ERR_NONE)
		return err;

	db = calloc(1, sizeof(*db));
	if (db == NULL || (db->path = strdup(path)) == NULL) {
		err = ERR_MEMORY;
		text_add_format(message_r, "%s: %s", path, err_text(err));
		goto fail;
	}
	db->kind = options->kind;
	db->role = options->role;
	err = open_sqlite(db, options, message_r);
	if (err != ERR_NONE)
		goto fail;
	*db_r = db;
	return ERR_NONE;
fail:
	db_close(&db);
	return err;
}

void db_close(struct db **db)
{
	if (*db == NULL)
		return;
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize((*db)->statements[i].stmt);
	sqlite3_close((*db)->sqlite);
	free((*db)->path);
	free(*db);
	*db = NULL;
}

const char *db_error(const struct db *db)
{
	return db->error;
}

const char *db_path(const struct db *db)
{
	return db->path;
}

static bool has_moved(struct db *db, int max_age_msecs)
{
	int64_t now = clock_monotonic_msecs();
	int moved = 0;

	if (now - db->looked_at_msecs < max_age_msecs)
		return false;
	db->looked_at_msecs = now;
	sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}

bool db_is_stale(struct db *db, int max_age_msecs)
{
	if (has_moved(db, max_age_msecs))
		return true;
	/* SQLite prepares a statement anew when it finds the schema changed. */
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		sqlite3_stmt *stmt = db->statements[i].stmt;
		if (stmt != NULL && sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_REPREPARE, 0) > 0)
			return true;
	}
	return false;
}

void db_set_wait(struct db *db, int wait_msecs)
{
	sqlite3_busy_timeout(db->sqlite, wait_msecs);
}

void db_interrupt(struct db *db)
{
	sqlite3_interrupt(db->sqlite);
}

struct statement *db_begin(struct db *db, enum statement_id id)
{
	struct statement *statement = &db->statements[id];

	assert(statement_text(id)->roles & db->role);
	assert(id <= COMMIT || statement_text(id)->kind == db->kind);
	statement->db = db;
	statement->bind_error = SQLITE_OK;
	if (statement->stmt == NULL)
		statement->bind_error = sqlite3_prepare_v3(db->sqlite, statement_text(id)->sql, -1,
			SQLITE_PREPARE_PERSISTENT, &statement->stmt, NULL);
	return statement;
}

static void note_bind(struct statement *statement, int code)
{
	if (statement->bind_error == SQLITE_OK)
		statement->bind_error = code;
}

void db_bind_int(struct statement *statement, int parameter, int64_t value)
{
	if (statement->stmt != NULL)
		note_bind(statement, sqlite3_bind_int64(statement->stmt, parameter, value));
}

void db_bind_text(struct statement *statement, int parameter, const char *value)
{
	if (statement->stmt != NULL)
		note_bind(statement,
			sqlite3_bind_text(statement->stmt, parameter, value, -1, SQLITE_STATIC));
}

void db_bind_blob(struct statement *statement, int parameter, const void *octets, size_t length)
{
	if (statement->stmt != NULL)
		note_bind(statement, sqlite3_bind_blob64(statement->stmt, parameter, octets, length,
					     SQLITE_STATIC));
}

void db_bind_addr(struct statement *statement, int parameter, const struct addr *addr)
{
	db_bind_blob(statement, parameter, addr->octets, sizeof(addr->octets));
}

void db_bind_time(struct statement *statement, int parameter, int64_t time)
{
	if (time != CLOCK_NEVER)
		db_bind_int(statement, parameter, time);
	else if (statement->stmt != NULL)
		note_bind(statement, sqlite3_bind_null(statement->stmt, parameter));
}

int db_step(struct statement *statement)
{
	int code = statement->bind_error;

	if (code == SQLITE_OK)
		code = sqlite3_step(statement->stmt);
	if (code == SQLITE_ROW)
		return 1;
	int err = capture(statement->db, code);
	db_finish(statement);
	return err;
}

int db_run(struct statement *statement)
{
	int more = db_step(statement);

	assert(more <= 0);
	return more;
}

int db_get_int(struct statement *statement, int64_t *value_r)
{
	int more = db_step(statement);

	assert(more != 0);
	*value_r = more > 0 ? db_int(statement, 0) : 0;
	if (more > 0)
		db_finish(statement);
	return more > 0 ? ERR_NONE : more;
}

void db_finish(struct statement *statement)
{
	if (statement->stmt == NULL)
		return;
	sqlite3_reset(statement->stmt);
	sqlite3_clear_bindings(statement->stmt);
}

int64_t db_int(struct statement *statement, int column)
{
	return sqlite3_column_int64(statement->stmt, column);
}

const char *db_text(struct statement *statement, int column)
{
	const unsigned char *text = sqlite3_column_text(statement->stmt, column);

	return text == NULL ? "" : (const char *)text;
}

const void *db_blob(struct statement *statement, int column, size_t *length_r)
{
	const void *octets = sqlite3_column_blob(statement->stmt, column);

	*length_r = (size_t)sqlite3_column_bytes(statement->stmt, column);
	return octets == NULL ? "" : octets;
}

struct addr db_addr(struct statement *statement, int column)
{
	struct addr addr = {{0}};
	size_t length;
	const void *octets = db_blob(statement, column, &length);

	if (length == sizeof(addr.octets))
		memcpy(addr.octets, octets, length);
	return addr;
}

int64_t db_time(struct statement *statement, int column)
{
	return db_is_null(statement, column) ? CLOCK_NEVER : db_int(statement, column);
}

bool db_is_null(struct statement *statement, int column)
{
	return sqlite3_column_type(statement->stmt, column) == SQLITE_NULL;
}

int db_begin_write(struct db *db)
{
	return db_run(db_begin(db, BEGIN_WRITE));
}

int db_begin_read(struct db *db)
{
	return db_run(db_begin(db, BEGIN_READ));
}

int db_commit(struct db *db)
{
	return db_run(db_begin(db, COMMIT));
}

void db_rollback(struct db *db)
{
	char error[sizeof(db->error)];

	if (sqlite3_get_autocommit(db->sqlite))
		return;
	/* The rollback must not hide the error that led to it. */
	memcpy(error, db->error, sizeof(error));
	sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	memcpy(db->error, error, sizeof(error));
}

int64_t db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->sqlite);
}

int64_t db_changes(const struct db *db)
{
	return sqlite3_changes64(db->sqlite);
}

int db_execute(struct db *db, const char *sql)
{
	return capture(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

int db_pragma_int(struct db *db, const char *pragma, int64_t *value_r)
{
	char sql[64];
	struct text text = TEXT_OVER(sql);
	sqlite3_stmt *stmt = NULL;

	*value_r = 0;
	text_add_format(&text, "PRAGMA %s", pragma);
	int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		*value_r = sqlite3_column_int64(stmt, 0);
	int err = capture(db, code);
	sqlite3_finalize(stmt);
	return err;
}

int db_checkpoint(struct db *db)
{
	return capture(db, sqlite3_wal_checkpoint_v2(
				   db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

/* The first row of a checking pragma goes to message_r unless it is the one that says all is well.
 */
static int check_by(struct db *db, const char *sql, struct text *message_r)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	int err = capture(db, code);
	if (err != ERR_NONE)
		text_add(message_r, db->error);
	if (code == SQLITE_ROW) {
		const char *fault = (const char *)sqlite3_column_text(stmt, 0);
		if (fault != NULL && strcmp(fault, "ok") != 0) {
			text_add_printable(message_r, fault);
			err = ERR_DB_CORRUPT;
		}
	}
	sqlite3_finalize(stmt);
	return err;
}

int db_check_integrity(struct db *db, struct text *message_r)
{
	int err = check_by(db,
		"SELECT replace(replace(integrity_check, char(10), ' '), '*** in database main *** "
		"', '')"
		" FROM pragma_integrity_check(1)",
		message_r);

	if (err == ERR_NONE)
		err = check_by(db,
			"SELECT 'a row of ' || \"table\" || ' refers to one that is missing' FROM "
			"pragma_foreign_key_check",
			message_r);
	return err;
}

int db_give_back(struct db *db)
{
	int64_t before = INT64_MAX, pages;
	int err = db_pragma_int(db, "freelist_count", &pages);

	/* A file that was made without auto_vacuum gives nothing back; its space is used again. */
	while (err == ERR_NONE && pages > 0 && pages < before) {
		before = pages;
		err = db_execute(db, "PRAGMA incremental_vacuum(1000)");
		if (err == ERR_NONE)
			err = db_pragma_int(db, "freelist_count", &pages);
	}
	db_checkpoint(db);
	return err;
}
