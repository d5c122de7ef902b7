/* SPDX-License-Identifier: BSD-2-Clause */
/* Databases in a temporary folder, for the tests of the store. */
#include "tests/store/scratch_db.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"
#include "base/network.h"
#include "base/text.h"
#include "store/migrate.h"
#include "tests/support/unit.h"

/* What every listing of a test refers to. */
static const char common_rows[] =
	"INSERT INTO evidence VALUES (1, 1, 'tester', 'note', 'a test',"
	" '0000000000000000000000000000000000000000000000000000000000000000', 1, x'61', NULL);"
	"INSERT INTO reason VALUES (1, 'open proxy');"
	"INSERT INTO change VALUES (100, 1, 'tester', 'add', NULL, 1, 'seen')";

/* Stands for the function of the library, so that statements can be prepared here. */
static void no_network(sqlite3_context *context, int count, sqlite3_value **values)
{
	(void)count;
	(void)values;
	sqlite3_result_null(context);
}

void scratch_db_open(struct scratch_db *scratch, enum db_kind kind)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	int from;

	snprintf(scratch->folder, sizeof(scratch->folder), "/tmp/opsmilter-test-XXXXXX");
	assert_non_null(mkdtemp(scratch->folder));
	snprintf(scratch->path, sizeof(scratch->path), "%s/test.db", scratch->folder);
	if (migrate(scratch->path, kind, &from, &message) != ERR_NONE)
		fail_msg("%s", buffer);
	assert_int_equal(sqlite3_open(scratch->path, &scratch->sqlite), SQLITE_OK);
	sqlite3_busy_timeout(scratch->sqlite, 5000);
	assert_int_equal(sqlite3_create_function(scratch->sqlite, "ops_network", 2,
				 SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, no_network, NULL, NULL),
		SQLITE_OK);
	scratch_db_execute(scratch, "PRAGMA foreign_keys = on");
	if (kind == DB_OPS)
		scratch_db_execute(scratch, common_rows);
}

void scratch_db_close(struct scratch_db *scratch)
{
	char command[128];

	sqlite3_close(scratch->sqlite);
	snprintf(command, sizeof(command), "rm -rf '%s'", scratch->folder);
	assert_int_equal(system(command), 0);
}

void scratch_db_execute(struct scratch_db *scratch, const char *sql)
{
	char *error = NULL;

	if (sqlite3_exec(scratch->sqlite, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
}

int64_t scratch_db_int(struct scratch_db *scratch, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t value = 0;

	if (sqlite3_prepare_v2(scratch->sqlite, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(scratch->sqlite));
	if (sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

void scratch_db_list(struct scratch_db *scratch, int list_id, const char *network,
	int64_t listed_at, int64_t expires_at)
{
	struct network parsed;
	sqlite3_stmt *statement;

	assert_int_equal(network_parse(network, &parsed), ERR_NONE);
	assert_int_equal(
		sqlite3_prepare_v2(scratch->sqlite,
			"INSERT INTO listing (list_id, network, prefix, reason_id, evidence_id, "
			"listed_at,"
			" expires_at, added_id) VALUES (?1, ?2, ?3, 1, 1, ?4, nullif(?5, 0), 100)",
			-1, &statement, NULL),
		SQLITE_OK);
	sqlite3_bind_int(statement, 1, list_id);
	sqlite3_bind_blob(
		statement, 2, parsed.addr.octets, sizeof(parsed.addr.octets), SQLITE_STATIC);
	sqlite3_bind_int(statement, 3, parsed.prefix);
	sqlite3_bind_int64(statement, 4, listed_at);
	sqlite3_bind_int64(statement, 5, expires_at);
	if (sqlite3_step(statement) != SQLITE_DONE)
		fail_msg("%s: %s", network, sqlite3_errmsg(scratch->sqlite));
	sqlite3_finalize(statement);
}
