/* SPDX-License-Identifier: BSD-2-Clause */
/* Creates databases, upgrades them step by step, and opens those of the right kind and version. */
#include "store/migrate.h"

#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/schema.h"

/* How long a migration waits for programs that have locked the database. */
#define WAIT_MSECS 10000
#define RETRY_MSECS 20

static const struct {
	const char *const *steps;
	int64_t application_id; /* also set by the first step */
	const char *name;
	mode_t mode; /* only one user writes the first two; the group of all programs reads them */
} kinds[] = {
	[DB_OPS] = {schema_ops, 0x4f70734c, "a database of listings", 0640},
	[DB_HITS] = {schema_hits, 0x4f707348, "a hit log", 0640},
	[DB_INBOX] = {schema_inbox, 0x4f707349, "an inbox", 0660},
};

int migrate_newest_version(enum db_kind kind)
{
	int version = 0;

	while (kinds[kind].steps[version] != NULL)
		version++;
	return version;
}

/* What a file says of itself. */
struct identity {
	int64_t application_id;
	int64_t version;
	int64_t schema_changes; /* 0: it has no tables yet */
};

/* In one transaction, as another program may be creating the database at the same time. */
static int read_identity(struct db *db, struct identity *identity_r, struct text *message_r)
{
	int err = db_begin_read(db);

	if (err == ERR_NONE)
		err = db_pragma_int(db, "application_id", &identity_r->application_id);
	if (err == ERR_NONE)
		err = db_pragma_int(db, "user_version", &identity_r->version);
	if (err == ERR_NONE)
		err = db_pragma_int(db, "schema_version", &identity_r->schema_changes);
	return db_explain(db, db_end(db, err), message_r);
}

static int check_identity(const struct db *db, enum db_kind kind, const struct identity *identity,
	bool any_version, struct text *message_r)
{
	int newest = migrate_newest_version(kind);

	if (identity->application_id != kinds[kind].application_id) {
		text_add_format(message_r,
			"%s: an SQLite database, but not %s of opsmilter; check the path",
			db_path(db), kinds[kind].name);
		return ERR_DB_FOREIGN;
	}
	if (identity->version > newest) {
		text_add_format(message_r,
			"%s: its schema is version %lld, newer than version %d of this program; "
			"upgrade opsmilter on this host",
			db_path(db), (long long)identity->version, newest);
		return ERR_DB_NEWER;
	}
	if (identity->version < newest && !any_version) {
		text_add_format(message_r,
			"%s: its schema is version %lld, older than version %d of this program; "
			"\"opsctl init\" upgrades it",
			db_path(db), (long long)identity->version, newest);
		return ERR_DB_OLDER;
	}
	return ERR_NONE;
}

/* One step in one transaction. Nothing is left to do if another program has taken the step. */
static int take_step(struct db *db, enum db_kind kind, int64_t version, struct text *message_r)
{
	int64_t current = 0;
	int err = db_execute(db, "BEGIN EXCLUSIVE");

	if (err == ERR_NONE)
		err = db_pragma_int(db, "user_version", &current);
	if (err == ERR_NONE && current == version)
		err = db_execute(db, kinds[kind].steps[version]);
	return db_explain(db, db_end(db, err), message_r);
}

/* Sets what must be set before the first table: free pages can be returned one by one, and readers
 * and the writer do not wait for each other. SQLite itself does not wait when another program sets
 * the journal at the same time. */
static int prepare_new(struct db *db, struct text *message_r)
{
	int64_t deadline = clock_monotonic_msecs() + WAIT_MSECS;
	int err;

	while ((err = db_execute(
			db, "PRAGMA auto_vacuum = incremental; PRAGMA journal_mode = wal")) ==
			ERR_DB_BUSY &&
		clock_monotonic_msecs() < deadline)
		usleep(RETRY_MSECS * 1000);
	return db_explain(db, err, message_r);
}

/* Creates the file for its group, before SQLite would create it readable by all. SQLite gives the
 * two files beside it the same mode. */
static void create_file(const char *path, mode_t mode)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (fd < 0)
		return;
	(void)!fchmod(fd, mode);
	close(fd);
}

/* A file that VACUUM INTO or a plain sqlite3 made may have lost its write-ahead log, and then one
 * reader holds up the writer. Where that cannot be set now, it is at the next opening. */
static void restore_log(struct db *db)
{
	(void)!db_execute(db, "PRAGMA journal_mode = wal");
}

/* Whether a database is in write-ahead mode, by its header. With a log beside it, SQLite would take
 * another one for such, too. */
static bool uses_log(const char *path)
{
	unsigned char header[20] = {0};
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, header, sizeof(header));

	if (fd >= 0)
		close(fd);
	return length == sizeof(header) && header[18] == 2 && header[19] == 2;
}

static void match_file(const char *path, const struct stat *database, int create)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | create, 0600);
	struct stat status;

	if (fd < 0)
		return;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1) {
		(void)!fchown(fd, database->st_uid, database->st_gid);
		(void)!fchmod(fd, database->st_mode & 0777);
	}
	close(fd);
}

void migrate_match_files(const char *path)
{
	static const char *const endings[] = {"-wal", "-shm"};
	char file[PATH_MAX];
	struct stat status;

	if (geteuid() != 0 || lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return;
	int create = uses_log(path) ? O_CREAT : 0;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		struct text name = TEXT_OVER(file);
		text_add_format(&name, "%s%s", path, endings[i]);
		if (!name.overflow)
			match_file(file, &status, create);
	}
}

unsigned migrate_file_mode(enum db_kind kind)
{
	return kinds[kind].mode;
}

int migrate(const char *path, enum db_kind kind, int *from_r, struct text *message_r)
{
	struct db_options options = {
		.kind = kind,
		.role = ROLE_ADMIN,
		.writable = true,
		.create = true,
		.wait_msecs = WAIT_MSECS,
	};
	struct identity identity = {0};
	struct db *db;

	*from_r = 0;
	create_file(path, kinds[kind].mode);
	int err = db_connect(path, &options, &db, message_r);
	if (err != ERR_NONE)
		return err;
	err = read_identity(db, &identity, message_r);
	if (err == ERR_NONE && identity.schema_changes == 0)
		err = prepare_new(db, message_r);
	else if (err == ERR_NONE)
		err = check_identity(db, kind, &identity, true, message_r);
	for (int64_t version = identity.version;
		err == ERR_NONE && version < migrate_newest_version(kind); version++)
		err = take_step(db, kind, version, message_r);
	if (err == ERR_NONE)
		restore_log(db);
	*from_r = (int)identity.version;
	db_close(&db);
	return err;
}

int store_open(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r)
{
	char nowhere[256];
	struct text unread = TEXT_OVER(nowhere);
	struct identity identity = {0};

	if (message_r == NULL)
		message_r = &unread;
	int err = db_connect(path, options, db_r, message_r);
	if (err != ERR_NONE)
		return err;
	err = read_identity(*db_r, &identity, message_r);
	if (err == ERR_NONE && identity.schema_changes == 0) {
		err = ERR_DB_MISSING;
		text_add_format(
			message_r, "%s: an empty file; \"opsctl init\" creates the database", path);
	} else if (err == ERR_NONE) {
		err = check_identity(*db_r, options->kind, &identity, false, message_r);
	}
	if (err == ERR_NONE && options->writable)
		restore_log(*db_r);
	if (err != ERR_NONE)
		db_close(db_r);
	return err;
}
