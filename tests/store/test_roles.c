/* SPDX-License-Identifier: BSD-2-Clause */
/* The statements that opsweb and opsmilter can run: none that writes the database of listings. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/admin_db.h"

static const char *wrong_table;

static int note_writes(void *context, int action, const char *table, const char *column,
	const char *database, const char *trigger)
{
	(void)context;
	(void)column;
	(void)database;
	/* Triggers are part of the schema. */
	if (trigger != NULL ||
		(action != SQLITE_INSERT && action != SQLITE_UPDATE && action != SQLITE_DELETE))
		return SQLITE_OK;
	wrong_table = table;
	return SQLITE_DENY;
}

static void who_talks_to_strangers_writes_nothing_here(void **state)
{
	sqlite3_stmt *statement;
	size_t looked_at = 0;

	(void)state;
	assert_int_equal(sqlite3_set_authorizer(ops.sqlite, note_writes, NULL), SQLITE_OK);
	for (int id = 0; id < STATEMENT_COUNT; id++) {
		const struct statement_text *text = &statement_texts[id];
		if ((text->kind != DB_OPS && text->kind != DB_ANY) ||
			!(text->roles & (ROLE_SITE | ROLE_FILTER)))
			continue;
		if (sqlite3_prepare_v2(ops.sqlite, text->sql, -1, &statement, NULL) != SQLITE_OK)
			fail_msg("%s: %s", text->sql,
				wrong_table ? wrong_table : sqlite3_errmsg(ops.sqlite));
		sqlite3_finalize(statement);
		looked_at++;
	}
	assert_true(looked_at > 20);
}

/* Whether the program aborts when the site's connection begins a statement. */
static bool is_refused(struct db *site, enum statement_id id)
{
	static const struct rlimit no_core = {0, 0};
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(1);
		(void)db_begin(site, id);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void the_site_cannot_prepare_statements_of_other_roles(void **state)
{
	static const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_SITE, .wait_msecs = 1000};
	static const enum statement_id changes[] = {ADD_LISTING, END_LISTING, SET_LIST, ADD_LIST,
		ADD_EXEMPTION, END_EXEMPTION, ADD_REASON, ADD_REQUEST, ADD_EVIDENCE, DECIDE_REQUEST,
		ADD_TEST, SET_SELF_TEST, PURGE_EVIDENCE, ADD_ORDER, ADD_LISTING_EVIDENCE};
	struct db *site;

	(void)state;
	assert_int_equal(store_open(ops.path, &options, &site, NULL), 0);
	for (size_t i = 0; i < COUNT_OF(changes); i++)
		if (!is_refused(site, changes[i]))
			fail_msg("%s", statement_texts[changes[i]].sql);
	for (int id = 0; id < STATEMENT_COUNT; id++) {
		const struct statement_text *text = &statement_texts[id];
		if (text->kind == DB_OPS && !(text->roles & ROLE_SITE) &&
			!is_refused(site, (enum statement_id)id))
			fail_msg("%s", text->sql);
	}
	db_close(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(who_talks_to_strangers_writes_nothing_here),
		WITH_ADMIN(the_site_cannot_prepare_statements_of_other_roles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
