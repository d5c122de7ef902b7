/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements: begun, bound, stepped and read; and the transactions around them. */
#include "store/db.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db_private.h"

struct statement *db_begin(struct db *db, enum statement_id id)
{
	struct statement *statement = &db->statements[id];
	const struct statement_text *text = &statement_texts[id];

	assert(text->roles & db->role);
	assert(text->kind == DB_ANY || text->kind == db->kind);
	statement->db = db;
	statement->bind_error = SQLITE_OK;
	if (statement->stmt == NULL)
		statement->bind_error = sqlite3_prepare_v3(db->sqlite, text->sql, -1,
			SQLITE_PREPARE_PERSISTENT, &statement->stmt, NULL);
	return statement;
}

/* Keeps the first error. After a failed prepare there is no statement, which SQLite calls misuse.
 */
static void note_bind(struct statement *statement, int code)
{
	if (statement->bind_error == SQLITE_OK)
		statement->bind_error = code;
}

void db_bind_int(struct statement *statement, int parameter, int64_t value)
{
	note_bind(statement, sqlite3_bind_int64(statement->stmt, parameter, value));
}

void db_bind_id(struct statement *statement, int parameter, int64_t id)
{
	if (id != 0)
		db_bind_int(statement, parameter, id);
}

void db_bind_time(struct statement *statement, int parameter, int64_t time)
{
	if (time != CLOCK_NEVER)
		db_bind_int(statement, parameter, time);
}

void db_bind_text(struct statement *statement, int parameter, const char *value)
{
	note_bind(
		statement, sqlite3_bind_text(statement->stmt, parameter, value, -1, SQLITE_STATIC));
}

void db_bind_blob(struct statement *statement, int parameter, const void *octets, size_t length)
{
	note_bind(statement,
		sqlite3_bind_blob64(statement->stmt, parameter, octets, length, SQLITE_STATIC));
}

void db_bind_addr(struct statement *statement, int parameter, const struct addr *addr)
{
	db_bind_blob(statement, parameter, addr->octets, sizeof(addr->octets));
}

void db_bind_addr_text(struct statement *statement, int parameter, const struct addr *addr)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(addr, text);
	note_bind(statement,
		sqlite3_bind_text(statement->stmt, parameter, text, -1, SQLITE_TRANSIENT));
}

int db_step(struct statement *statement)
{
	int code = statement->bind_error;

	if (code == SQLITE_OK)
		code = sqlite3_step(statement->stmt);
	if (code == SQLITE_ROW)
		return 1;
	int err = db_capture(statement->db, code);
	db_finish(statement);
	return err;
}

int db_run(struct statement *statement)
{
	int more = db_step(statement);

	assert(more <= 0);
	return more;
}

int db_insert(struct statement *statement, int64_t *id_r)
{
	int err = db_run(statement);

	*id_r = err == ERR_NONE ? sqlite3_last_insert_rowid(statement->db->sqlite) : 0;
	return err;
}

int db_update(struct statement *statement, int none)
{
	int err = db_run(statement);

	return err == ERR_NONE && db_changes(statement->db) == 0 ? none : err;
}

int db_read_one(struct statement *statement, db_read *read, void *result_r)
{
	int more = db_step(statement);

	if (more <= 0)
		return more == 0 ? ERR_NOT_FOUND : more;
	read(statement, result_r);
	db_finish(statement);
	return ERR_NONE;
}

static void read_int(struct statement *row, void *value_r)
{
	*(int64_t *)value_r = db_int(row, 0);
}

int db_get_int(struct statement *statement, int64_t *value_r)
{
	*value_r = 0;
	return db_read_one(statement, read_int, value_r);
}

static void read_time(struct statement *row, void *time_r)
{
	*(int64_t *)time_r = db_time(row, 0);
}

int db_get_time(struct statement *statement, int64_t *time_r)
{
	*time_r = CLOCK_NEVER;
	return db_read_one(statement, read_time, time_r);
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

int db_end(struct db *db, int err)
{
	char error[sizeof(db->error)];

	if (err == ERR_NONE)
		err = db_run(db_begin(db, COMMIT));
	if (err == ERR_NONE || sqlite3_get_autocommit(db->sqlite))
		return err;
	/* The rollback must not replace the text of the error before it. */
	memcpy(error, db->error, sizeof(error));
	sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	memcpy(db->error, error, sizeof(error));
	return err;
}

int64_t db_changes(const struct db *db)
{
	return sqlite3_changes64(db->sqlite);
}

int db_check_integrity(struct db *db, struct text *message_r)
{
	struct statement *row = db_begin(db, CHECK_INTEGRITY);
	int more = db_step(row);

	if (more < 0)
		text_add(message_r, db->error);
	if (more <= 0)
		return more;
	text_add_printable(message_r, db_text(row, 0));
	db_finish(row);
	return ERR_DB_CORRUPT;
}
