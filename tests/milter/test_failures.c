/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter over the milter protocol when it may not refuse: exemptions, and databases out of use.
 */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/milter/dialogue.h"
#include "tests/support/unit.h"

#define MEND_POLLS 250
#define MEND_POLL_USECS 20000

static int prepare_listed(void **state)
{
	prepare(state);
	daemon_list(&filter, "192.0.2.0/24", "refuse");
	return 0;
}

static char try_recipient(void)
{
	begin_listed();
	return say(SMFIC_RCPT, "<recipient@example.org>");
}

/* Moves a database out of the way, or back. */
static void move(const char *name, bool away)
{
	char here[128], there[128];

	snprintf(here, sizeof(here), "%s/%s", filter.folder, name);
	snprintf(there, sizeof(there), "%s/away", filter.folder);
	assert_int_equal(rename(away ? here : there, away ? there : here), 0);
}

/* A file is looked at once in a while only: waits until a client gets this answer at connect. */
static void await_at_connect(char expected)
{
	char answer = connect_as(SMFIA_INET, "192.0.2.1");

	for (int i = 0; i < MEND_POLLS && answer != expected; i++) {
		usleep(MEND_POLL_USECS);
		answer = connect_as(SMFIA_INET, "192.0.2.1");
	}
	assert_int_equal(answer, expected);
}

static void lets_exempt_clients_go_at_connect(void **state)
{
	(void)state;
	daemon_configure(&filter, "exempt_clients = {\"192.0.2.64/26\"}");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.64"), SMFIR_ACCEPT);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.127"), SMFIR_ACCEPT);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.63"), SMFIR_CONTINUE);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.128"), SMFIR_CONTINUE);
}

static void lets_clients_of_the_exemptions_table_go_at_the_next_connection(void **state)
{
	(void)state;
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(
		sqlite3_exec(filter.ops,
			"INSERT INTO exemption (network, prefix, added_id) SELECT network, prefix, "
			"100 FROM listing",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_ACCEPT);
}

static void accepts_while_the_listings_are_away(void **state)
{
	(void)state;
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	move("ops.db", true);
	await_at_connect(SMFIR_ACCEPT);
	move("ops.db", false);
	await_at_connect(SMFIR_CONTINUE);
}

/* The same at RCPT: under tempfail the session continues, because exempt mail still passes. */
static void await_at_rcpt(const char *code)
{
	for (int i = 0; i < MEND_POLLS; i++) {
		assert_int_equal(try_recipient(), SMFIR_REPLYCODE);
		if (strncmp(mta_data(&mta), code, strlen(code)) == 0)
			return;
		usleep(MEND_POLL_USECS);
	}
	fail_msg("the reply is \"%s\", not %s", mta_data(&mta), code);
}

static void defers_while_the_listings_are_away_when_so_configured(void **state)
{
	(void)state;
	daemon_configure(&filter, "on_error = \"tempfail\"");
	daemon_start(&filter);
	move("ops.db", true);
	await_at_rcpt("451 4.3.0 ");
	move("ops.db", false);
	await_at_rcpt("550 5.7.1 ");
	assert_int_equal(daemon_hits(&filter, "reply LIKE '451 %'", 0), 0);
}

static void refuses_nobody_without_a_row(void **state)
{
	(void)state;
	daemon_start(&filter);
	assert_int_equal(try_recipient(), SMFIR_REPLYCODE);
	assert_int_equal(sqlite3_exec(filter.hits, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(try_recipient(), SMFIR_ACCEPT);
	assert_int_equal(sqlite3_exec(filter.hits, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(daemon_hits(&filter, "action = 'refused'", 2), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare_listed, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(lets_exempt_clients_go_at_connect),
		TEST(lets_clients_of_the_exemptions_table_go_at_the_next_connection),
		TEST(accepts_while_the_listings_are_away),
		TEST(defers_while_the_listings_are_away_when_so_configured),
		TEST(refuses_nobody_without_a_row),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
