/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections to SQLite: how they are opened and hardened, errors, pragmas. */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/network.h"
#include "base/text.h"
#include "store/db_private.h"

/* The write-ahead log of a database that is closed is cut to this. */
#define LOG_KEPT_OCTETS "4194304"

int db_capture(struct db *db, int code)
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
		{SQLITE_CONSTRAINT, ERR_REFUSED},
	};

	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return ERR_NONE;
	/* A call that succeeded after the failure has replaced SQLite's text: "not an error". */
	bool replaced = sqlite3_errcode(db->sqlite) == SQLITE_OK;
	text_copy(db->error, sizeof(db->error),
		replaced ? sqlite3_errstr(code) : sqlite3_errmsg(db->sqlite));
	/* A full disk can also be an I/O error of a write, or of a file that grows. */
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
 * Turns off what a hostile or damaged file could use: changes of the schema by tricks, functions
 * called from the schema, views, and for connections that only read, triggers.
 */
static int harden(struct db *db, bool writable)
{
	/* The inbox has no triggers; those that somebody adds to it are not run. */
	bool triggers = writable && db->kind != DB_INBOX;
	int keep = 1;

	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_TRIGGER, triggers, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_FKEY, writable, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_limit(db->sqlite, SQLITE_LIMIT_ATTACHED, 0);
	int err = db_capture(db, sqlite3_create_function_v2(db->sqlite, "ops_network", 2,
					 SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
					 NULL, sql_network, NULL, NULL, NULL));
	if (err == ERR_NONE)
		err = db_execute(db, "PRAGMA cell_size_check = on; PRAGMA temp_store = memory");
	/* The two files beside a database stay when the last program closes it: those that only
	 * read it could not make them. */
	if (err == ERR_NONE && writable) {
		sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
		err = db_execute(db, "PRAGMA journal_size_limit = " LOG_KEPT_OCTETS);
	}
	return err;
}

/* Says why a file cannot be opened, as SQLite says "unable to open" in each case. */
static int check_file(const char *path, const struct db_options *options, struct text *message_r)
{
	struct stat status;
	int mode = options->writable ? R_OK | W_OK : R_OK;

	if (lstat(path, &status) != 0) {
		if (errno == ENOENT && options->create)
			return ERR_NONE;
		int err = errno == ENOENT   ? ERR_DB_MISSING
			  : errno == EACCES ? ERR_DB_READONLY
					    : ERR_IO;
		text_add_format(message_r, "%s: %s%s", path, strerror(errno),
			err == ERR_DB_MISSING ? "; \"opsctl init\" creates it" : "");
		return err;
	}
	if (S_ISLNK(status.st_mode)) {
		text_add_format(message_r,
			"%s: a symbolic link, which is not followed; name the file itself, or make "
			"its folder the link",
			path);
		return ERR_DB_FOREIGN;
	}
	if (!S_ISREG(status.st_mode)) {
		text_add_format(
			message_r, "%s: not a regular file; it must be a database file", path);
		return ERR_DB_FOREIGN;
	}
	/* Another user of the folder could otherwise have us write to another database. */
	if (status.st_nlink > 1 && options->writable) {
		text_add_format(message_r,
			"%s: the file has several names (hard links); a database must have one",
			path);
		return ERR_DB_FOREIGN;
	}
	if (access(path, mode) != 0) {
		text_add_format(message_r, "%s: %s; the user of this program needs %s access to it",
			path, strerror(errno), options->writable ? "read and write" : "read");
		return ERR_DB_READONLY;
	}
	return ERR_NONE;
}

/* The same path without links in its folders: SQLite follows none at all. To be freed. */
static char *resolve_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? NULL : strndup(path, (size_t)(slash - path) + 1);
	char *resolved = folder == NULL ? NULL : realpath(folder, NULL);
	char *whole = NULL;

	free(folder);
	/* Where there is nothing to resolve, opening the path says what is wrong. */
	if (resolved == NULL)
		return strdup(path);
	size_t size = strlen(resolved) + strlen(slash) + 1;
	whole = malloc(size);
	if (whole != NULL)
		snprintf(whole, size, "%s%s", resolved[1] == '\0' ? "" : resolved, slash);
	free(resolved);
	return whole;
}

static int open_sqlite(struct db *db, const struct db_options *options, struct text *message_r)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE |
		    SQLITE_OPEN_NOFOLLOW;
	char *path = resolve_folder(db->path);

	flags |= options->writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	flags |= options->create ? SQLITE_OPEN_CREATE : 0;
	int err = path == NULL ? ERR_MEMORY
			       : db_capture(db, sqlite3_open_v2(path, &db->sqlite, flags, NULL));
	free(path);
	if (err == ERR_NONE) {
		db_set_wait(db, options->wait_msecs);
		err = harden(db, options->writable);
	}
	return db_explain(db, err, message_r);
}

int db_connect(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r)
{
	*db_r = NULL;
	int err = check_file(path, options, message_r);
	if (err != ERR_NONE)
		return err;

	struct db *db = calloc(1, sizeof(*db));
	if (db == NULL || (db->path = strdup(path)) == NULL) {
		err = ERR_MEMORY;
		text_add_format(message_r, "%s: %s", path, err_text(err));
	} else {
		db->kind = options->kind;
		db->role = options->role;
		err = open_sqlite(db, options, message_r);
	}
	if (err != ERR_NONE)
		db_close(&db);
	*db_r = db;
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

int db_explain(const struct db *db, int err, struct text *message_r)
{
	if (err == ERR_NONE)
		return err;
	text_add_format(message_r, "%s: ", db->path);
	if (err == ERR_DB_FOREIGN)
		text_add(message_r,
			"not an SQLite database; move it away, then run \"opsctl init\"");
	else if (db->error[0] == '\0')
		text_add(message_r, err_text(err));
	else
		text_add_format(message_r, "%s (%s)", err_text(err), db->error);
	return err;
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
	/* SQLite prepares a statement again when it finds the schema changed. */
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

int db_execute(struct db *db, const char *sql)
{
	return db_capture(db, sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

int db_pragma_int(struct db *db, const char *pragma, int64_t *value_r)
{
	char sql[64];
	struct text text = TEXT_OVER(sql);
	sqlite3_stmt *stmt;

	text_add_format(&text, "PRAGMA %s", pragma);
	int code = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	*value_r = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	int err = db_capture(db, code);
	sqlite3_finalize(stmt);
	return err;
}

int db_checkpoint(struct db *db)
{
	return db_capture(db, sqlite3_wal_checkpoint_v2(
				      db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL));
}

int db_give_back(struct db *db)
{
	int64_t before = INT64_MAX, pages;
	int err = db_pragma_int(db, "freelist_count", &pages);

	/* A file that was created without auto_vacuum gives nothing back; its pages are reused. */
	while (err == ERR_NONE && pages > 0 && pages < before) {
		before = pages;
		err = db_execute(db, "PRAGMA incremental_vacuum(1000)");
		if (err == ERR_NONE)
			err = db_pragma_int(db, "freelist_count", &pages);
	}
	db_checkpoint(db);
	return err;
}
