/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers that a listed client forged, in every message of its connection. */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include "tests/milter/dialogue.h"
#include "tests/support/unit.h"

#define AT_HELO "reject_at = \"helo\"\nexempt_recipients = {}\nexempt_authenticated = false"

static int prepare_tagged(void **state)
{
	prepare(state);
	daemon_list(&filter, "192.0.2.1", "tag");
	return 0;
}

/* A message with a forged header, up to its end; the reply to that. */
static char send_forged(void)
{
	struct mta_packet packet;

	assert_int_equal(say(SMFIC_MAIL, "<sender@example.com>"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_CONTINUE);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_CONTINUE);
	mta_header(&packet, "X-OPS-Listed", " no");
	assert_int_equal(ask(&packet), SMFIR_CONTINUE);
	return say_plain(SMFIC_BODYEOB);
}

static void assert_removed(void)
{
	assert_int_equal(send_forged(), SMFIR_CHGHEADER);
	assert_memory_equal(mta_data(&mta), "\0\0\0\1X-OPS-Listed\0\0", 18);
}

static void assert_removed_and_tagged(void)
{
	assert_removed();
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_INSHEADER);
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_CONTINUE);
}

static void are_replaced_in_each_message_of_a_client_tagged_at_helo(void **state)
{
	(void)state;
	daemon_configure(&filter, AT_HELO);
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	assert_removed_and_tagged();
	assert_removed_and_tagged();
}

static void are_removed_also_when_the_hit_at_helo_cannot_be_recorded(void **state)
{
	(void)state;
	daemon_configure(&filter, AT_HELO);
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(sqlite3_exec(filter.hits, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	assert_int_equal(sqlite3_exec(filter.hits, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	for (int messages = 0; messages < 2; messages++) {
		assert_removed();
		assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_CONTINUE);
	}
}

/* Each message is decided about by itself at RCPT. */
static void a_hit_that_is_not_recorded_at_rcpt_does_not_count_for_the_next_message(void **state)
{
	(void)state;
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	assert_int_equal(sqlite3_exec(filter.hits, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_removed();
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_CONTINUE);
	assert_int_equal(sqlite3_exec(filter.hits, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_removed_and_tagged();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare_tagged, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(are_replaced_in_each_message_of_a_client_tagged_at_helo),
		TEST(are_removed_also_when_the_hit_at_helo_cannot_be_recorded),
		TEST(a_hit_that_is_not_recorded_at_rcpt_does_not_count_for_the_next_message),
	};
#undef TEST

	return cmocka_run_group_tests_name("forged headers", tests, NULL, NULL);
}
