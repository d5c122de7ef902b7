/* SPDX-License-Identifier: BSD-2-Clause */
/* Mail to trap recipients: what the MTA is told, and the nominations that come of it. */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/milter/dialogue.h"
#include "tests/support/unit.h"

#define TRAPS "trap_recipients = {\"trap@example.org\"}\n"
#define POLLS 500
#define POLL_USECS 20000

static int prepare_traps(void **state)
{
	prepare(state);
	daemon_configure(&filter, TRAPS);
	return 0;
}

static void execute(sqlite3 *sqlite, const char *sql)
{
	char *error = NULL;

	if (sqlite3_exec(sqlite, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
}

static int64_t count(sqlite3 *sqlite, const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(sqlite, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(sqlite));
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t found = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return found;
}

static void await(sqlite3 *sqlite, const char *sql, int64_t expected)
{
	for (int i = 0; i < POLLS && count(sqlite, sql) != expected; i++)
		usleep(POLL_USECS);
	assert_int_equal(count(sqlite, sql), expected);
}

static void await_words(const char *words)
{
	for (int i = 0; i < POLLS && !daemon_said(&filter, words); i++)
		usleep(POLL_USECS);
	assert_true(daemon_said(&filter, words));
}

static void send_part(char command, const char *octets, size_t length)
{
	struct mta_packet packet;

	mta_begin(&packet, command);
	mta_add_octets(&packet, octets, length);
	assert_int_equal(ask(&packet), SMFIR_CONTINUE);
}

/* A message of a client that is not listed, up to RCPT. */
static void begin_message(const char *address, const char *first, const char *second)
{
	assert_int_equal(connect_as(SMFIA_INET, address), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_MAIL, "<sender@example.com>"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_RCPT, first), SMFIR_CONTINUE);
	if (second != NULL)
		assert_int_equal(say(SMFIC_RCPT, second), SMFIR_CONTINUE);
}

/* Headers and body; the reply to the end of the message. */
static char send_text(void)
{
	struct mta_packet packet;

	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_CONTINUE);
	mta_header(&packet, "Subject", " buy");
	assert_int_equal(ask(&packet), SMFIR_CONTINUE);
	assert_int_equal(say_plain(SMFIC_EOH), SMFIR_CONTINUE);
	send_part(SMFIC_BODY, "a body\n", 7);
	return say_plain(SMFIC_BODYEOB);
}

static void spring(const char *address)
{
	begin_message(address, "<trap@example.org>", NULL);
	assert_int_equal(send_text(), SMFIR_DISCARD);
}

static void a_message_to_a_trap_is_discarded_and_its_client_nominated(void **state)
{
	(void)state;
	daemon_start(&filter);
	begin_message("203.1.113.7", "<Trap@Example.ORG>", NULL);
	assert_int_equal(send_text(), SMFIR_DISCARD);
	await(filter.inbox,
		"SELECT count(*) FROM filing WHERE address = '203.1.113.7' AND kind = 'nomination'",
		1);
	assert_int_equal(
		count(filter.inbox, "SELECT count(*) FROM filing WHERE filed_by = 'opsmilter' "
				    "AND CAST(spam AS TEXT) LIKE 'Received: from helo.example%"
				    "[203.1.113.7]%Subject: %buy%a body%'"),
		1);
}

static void other_recipients_of_the_message_get_it(void **state)
{
	(void)state;
	daemon_start(&filter);
	begin_message("203.1.113.7", "<trap@example.org>", "<person@example.org>");
	assert_int_equal(send_text(), SMFIR_DELRCPT);
	assert_string_equal(mta_data(&mta), "<trap@example.org>");
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_CONTINUE);
	await(filter.inbox, "SELECT count(*) FROM filing", 1);
}

static void mail_to_others_is_not_read(void **state)
{
	(void)state;
	daemon_start(&filter);
	begin_message("203.1.113.7", "<person@example.org>", NULL);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_ACCEPT);
	begin_message("203.1.113.7", "<trap@example.org>", NULL);
	assert_int_equal(say(SMFIC_MAIL, "<other@example.com>"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_RCPT, "<person@example.org>"), SMFIR_CONTINUE);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_ACCEPT);
	daemon_end(&filter, SIGTERM);
	assert_int_equal(count(filter.inbox, "SELECT count(*) FROM filing"), 0);
}

static void a_copy_is_cut_at_a_megabyte(void **state)
{
	static char part[16000];

	(void)state;
	memset(part, 'x', sizeof(part));
	daemon_start(&filter);
	begin_message("203.1.113.7", "<trap@example.org>", NULL);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_CONTINUE);
	assert_int_equal(say_plain(SMFIC_EOH), SMFIR_CONTINUE);
	for (int i = 0; i < 70; i++)
		send_part(SMFIC_BODY, part, sizeof(part));
	assert_int_equal(say_plain(SMFIC_BODYEOB), SMFIR_DISCARD);
	await(filter.inbox,
		"SELECT count(*) FROM filing WHERE filed_by = 'opsmilter' "
		"AND length(spam) = 1024 * 1024",
		1);
}

static void only_so_many_an_hour_become_nominations(void **state)
{
	(void)state;
	daemon_configure(&filter, TRAPS "traps_per_hour = 2");
	daemon_start(&filter);
	spring("203.1.113.1");
	spring("203.1.113.2");
	spring("203.1.113.3");
	assert_int_equal(daemon_end(&filter, SIGTERM), 0);
	assert_int_equal(count(filter.inbox, "SELECT count(*) FROM filing"), 2);
	assert_int_equal(count(filter.hits,
				 "SELECT value FROM counter WHERE name = 'trapped_messages_total'"),
		3);
}

static void one_that_the_database_refuses_does_not_hold_up_the_next(void **state)
{
	(void)state;
	execute(filter.inbox,
		"INSERT INTO filing VALUES (1, 'nomination', '203.1.113.1', 'ops', 1, 'opsmilter', "
		"NULL,"
		" '', '', 'x', x'61');"
		"CREATE UNIQUE INDEX refuse ON filing (address) WHERE address = '203.1.113.1'");
	daemon_start(&filter);
	spring("203.1.113.1");
	spring("203.1.113.2");
	await(filter.inbox, "SELECT count(*) FROM filing WHERE address = '203.1.113.2'", 1);
	await_words("the nomination of 203.1.113.1 for mail to a trap recipient is dropped: ");
	assert_true(daemon_said(&filter, "UNIQUE constraint failed"));
	assert_int_equal(daemon_end(&filter, SIGTERM), 0);
	assert_false(daemon_said(&filter, "not filed"));
}

static void nominations_wait_while_the_database_is_locked(void **state)
{
	(void)state;
	daemon_start(&filter);
	execute(filter.inbox, "BEGIN IMMEDIATE");
	spring("203.1.113.1");
	spring("203.1.113.2");
	await_words("nominations of trap recipients wait");
	execute(filter.inbox, "COMMIT");
	assert_int_equal(daemon_end(&filter, SIGTERM), 0);
	assert_int_equal(count(filter.inbox, "SELECT count(*) FROM filing"), 2);
}

static void what_cannot_be_filed_until_the_end_is_counted(void **state)
{
	char here[128], there[128];

	(void)state;
	snprintf(here, sizeof(here), "%s/inbox.db", filter.folder);
	snprintf(there, sizeof(there), "%s/away", filter.folder);
	daemon_start(&filter);
	begin_message("203.1.113.1", "<trap@example.org>", NULL);
	assert_int_equal(rename(here, there), 0);
	assert_int_equal(send_text(), SMFIR_DISCARD);
	assert_int_equal(daemon_end(&filter, SIGTERM), 0);
	assert_true(daemon_said(&filter, "1 nomination of a trap recipient was not filed"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare_traps, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(a_message_to_a_trap_is_discarded_and_its_client_nominated),
		TEST(other_recipients_of_the_message_get_it),
		TEST(mail_to_others_is_not_read),
		TEST(a_copy_is_cut_at_a_megabyte),
		TEST(only_so_many_an_hour_become_nominations),
		TEST(one_that_the_database_refuses_does_not_hold_up_the_next),
		TEST(nominations_wait_while_the_database_is_locked),
		TEST(what_cannot_be_filed_until_the_end_is_counted),
	};
#undef TEST

	return cmocka_run_group_tests_name("traps", tests, NULL, NULL);
}
