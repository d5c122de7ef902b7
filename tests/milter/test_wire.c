/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter as an MTA sees it: what it does about each client, over the milter protocol. */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/milter/dialogue.h"
#include "tests/support/unit.h"

static void lets_unlisted_clients_go_at_connect(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.0/24", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.1.255"), SMFIR_ACCEPT);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.3.0"), SMFIR_ACCEPT);
	assert_int_equal(connect_as(SMFIA_INET6, "IPv6:2001:db8::1"), SMFIR_ACCEPT);
	hang_up();
	assert_int_equal(daemon_hits(&filter, "1", 0), 0);
}

static void lets_clients_without_an_address_go(void **state)
{
	(void)state;
	daemon_list(&filter, "0.0.0.0/0", "refuse");
	daemon_list(&filter, "::/0", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_UNKNOWN, ""), SMFIR_ACCEPT);
	assert_int_equal(connect_as(SMFIA_UNIX, "/a/socket"), SMFIR_ACCEPT);
}

static void refuses_at_rcpt_once_the_hit_is_on_disk(void **state)
{
	char condition[768];

	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 Service unavailable; client [192.0.2.1] is on the ops list: "
			    "open HTTP proxy on port "
			    "3128; see https://ops.example.org/lookup?ip=192.0.2.1 (ref ");
	snprintf(condition, sizeof(condition),
		"reply = '%s' AND action = 'refused' AND stage = 'rcpt' AND rcpt_to = "
		"'recipient@example.org' AND"
		" mail_from = 'sender@example.com' AND helo = 'helo.example' AND client_name = "
		"'client.example'",
		mta_data(&mta));
	assert_int_equal(daemon_hits(&filter, condition, 1), 1);
	assert_int_equal(daemon_hits(&filter, "instr(reply, '(ref ' || ref || ')')", 1), 1);
}

static void refuses_ipv6_and_ipv4_mapped_clients(void **state)
{
	(void)state;
	daemon_list(&filter, "2001:db8::/32", "refuse");
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET6, "IPv6:2001:db8::1"), SMFIR_CONTINUE);
	assert_int_equal(connect_as(SMFIA_INET6, "2001:db8:ffff::1"), SMFIR_CONTINUE);
	assert_int_equal(connect_as(SMFIA_INET6, "::ffff:192.0.2.1"), SMFIR_CONTINUE);
	hang_up();
	assert_int_equal(daemon_hits(&filter,
				 "client IN ('192.0.2.1', '2001:db8::1') AND action = 'left'", 2),
		2);
}

static void refuses_at_mail_when_so_configured(void **state)
{
	(void)state;
	daemon_configure(&filter, "reject_at = \"mail\"\nexempt_recipients = {}");
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_MAIL, "<>"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 ");
	assert_int_equal(daemon_hits(&filter, "stage = 'mail' AND mail_from = ''", 1), 1);
}

static void refuses_at_helo_once_when_so_configured(void **state)
{
	(void)state;
	daemon_configure(&filter,
		"reject_at = \"helo\"\nexempt_recipients = {}\nexempt_authenticated = false");
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 ");
	assert_int_equal(say(SMFIC_HELO, "again.example"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 ");
	hang_up();
	assert_int_equal(daemon_hits(&filter, "1", 2), 1);
}

static void refuses_at_mail_a_client_that_left_helo_out(void **state)
{
	(void)state;
	daemon_configure(&filter,
		"reject_at = \"helo\"\nexempt_recipients = {}\nexempt_authenticated = false");
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_MAIL, "<>"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 ");
}

static void a_percent_sign_is_doubled_for_the_mta(void **state)
{
	(void)state;
	daemon_configure(&filter, "reply = \"100%% of mail from %{client}\"");
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 100%% of mail from 192.0.2.1");
}

static void defers(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "defer");
	daemon_start(&filter);
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
	assert_reply_starts("450 4.7.1 Service unavailable; ");
	assert_int_equal(
		daemon_hits(&filter, "action = 'deferred' AND reply LIKE '450 4.7.1 %'", 1), 1);
}

static void send_header(const char *name, const char *value)
{
	struct mta_packet packet;

	mta_header(&packet, name, value);
	assert_int_equal(ask(&packet), SMFIR_CONTINUE);
}

static void tags_with_the_reference_and_removes_forged_headers(void **state)
{
	char header[1024];

	(void)state;
	daemon_list(&filter, "192.0.2.1", "tag");
	daemon_start(&filter);
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_RCPT, "<second@example.org>"), SMFIR_CONTINUE);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_CONTINUE);
	send_header("X-OPS-Listed", " no");
	send_header("Subject", " hello");
	send_header("x-ops-listed", " neither");
	assert_int_equal(say_plain(SMFIC_BODYEOB), SMFIR_CHGHEADER);
	assert_memory_equal(mta_data(&mta), "\0\0\0\2X-OPS-Listed\0\0", 18);
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_CHGHEADER);
	assert_memory_equal(mta_data(&mta), "\0\0\0\1X-OPS-Listed\0\0", 18);
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_INSHEADER);
	assert_memory_equal(mta_data(&mta) + 4, "X-OPS-Listed", 13);
	snprintf(header, sizeof(header), "%s", mta_data(&mta) + 4 + 13);
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_CONTINUE);
	const char *ref = strstr(header, "ref=");
	assert_non_null(ref);
	assert_non_null(strstr(header, "ops; client=192.0.2.1; network=192.0.2.1; reason=\"open "
				       "HTTP proxy on port 3128\"; "));
	char condition[128];
	snprintf(condition, sizeof(condition),
		"action = 'tagged' AND rcpt_to = 'recipient@example.org' AND ref = '%s'", ref + 4);
	assert_int_equal(daemon_hits(&filter, condition, 1), 1);
	assert_int_equal(daemon_hits(&filter, "1", 2), 2);
}

static void removes_forged_headers_also_when_the_tag_cannot_be_recorded(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "tag");
	daemon_start(&filter);
	begin_listed();
	assert_int_equal(sqlite3_exec(filter.hits, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_CONTINUE);
	assert_int_equal(sqlite3_exec(filter.hits, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_CONTINUE);
	send_header("X-OPS-Listed", " no");
	assert_int_equal(say_plain(SMFIC_BODYEOB), SMFIR_CHGHEADER);
	assert_memory_equal(mta_data(&mta), "\0\0\0\1X-OPS-Listed\0\0", 18);
	assert_int_equal(mta_receive(&mta, REPLY_MSECS), SMFIR_CONTINUE);
}

static void logs_and_lets_the_message_go(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "log");
	daemon_start(&filter);
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_CONTINUE);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_ACCEPT);
	assert_int_equal(daemon_hits(&filter, "action = 'logged'", 1), 1);
}

static void lets_postmaster_have_the_mail(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<Postmaster@example.org>"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
	assert_int_equal(say_plain(SMFIC_DATA), SMFIR_ACCEPT);
	assert_int_equal(
		daemon_hits(&filter, "action = 'exempt' AND reply LIKE 'accepted: %recipient%'", 1),
		1);
	assert_int_equal(daemon_hits(&filter, "action = 'refused'", 1), 1);
}

static void lets_authenticated_clients_send_message_by_message(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	say_macro(SMFIC_MAIL, "{auth_authen}", "alice");
	assert_int_equal(say(SMFIC_MAIL, "<alice@example.com>"), SMFIR_ACCEPT);
	assert_int_equal(daemon_hits(&filter, "action = 'exempt' AND stage = 'mail'", 1), 1);
	hang_up();
	assert_int_equal(daemon_hits(&filter, "action = 'left'", 0), 0);
}

static void records_clients_that_leave_before_any_recipient(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	begin_listed();
	mta_close(&mta);
	assert_int_equal(daemon_hits(&filter, "action = 'left' AND stage = 'close'", 1), 1);
}

static void judges_each_message_of_a_connection(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	begin_listed();
	for (int i = 0; i < 3; i++) {
		struct mta_packet abort;
		assert_int_equal(say(SMFIC_RCPT, "<one@example.org>"), SMFIR_REPLYCODE);
		assert_int_equal(say(SMFIC_RCPT, "<two@example.org>"), SMFIR_REPLYCODE);
		mta_begin(&abort, SMFIC_ABORT);
		assert_true(mta_send(&mta, &abort));
		assert_int_equal(say(SMFIC_MAIL, "<sender@example.com>"), SMFIR_CONTINUE);
	}
	assert_int_equal(daemon_hits(&filter, "action = 'refused'", 6), 6);
}

static void outlives_hostile_strings(void **state)
{
	static char flood[10001];

	(void)state;
	memset(flood, 'x', sizeof(flood) - 1);
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, flood), SMFIR_CONTINUE);
	assert_int_equal(
		say(SMFIC_HELO, "\x1b[31m\r\n\x7f\xff'; DROP TABLE hit; --"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_MAIL, flood), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_RCPT, flood), SMFIR_REPLYCODE);
	assert_true(strlen(mta_data(&mta)) <= 510);
	assert_int_equal(say(SMFIC_RCPT, "<%s%n@example.org>"), SMFIR_REPLYCODE);
	assert_int_equal(
		daemon_hits(&filter, "helo NOT GLOB '*[' || char(1) || '-' || char(31) || ']*'", 2),
		2);
	assert_int_equal(daemon_hits(&filter, "rcpt_to = '%s%n@example.org'", 1), 1);
}

static void outlives_broken_packets(void **state)
{
	static const struct {
		const char *octets;
		size_t length;
	} packets[] = {
		{"\0\0\0\0", 4},
		{"\xff\xff\xff\xff", 4},
		{"\0\0\0\1C", 5},
		{"\0\0\0\2CX", 6},
		{"\0\0\0\7Chost\0", 10},
		{"\0\0\0\6Chost\0004", 11},
		{"\0\0\0\2HX", 6},
		{"\0\0\0\2MX", 6},
		{"\0\0\0\1R", 5},
		{"\0\0\0\4DC\0\0", 8},
		{"\0\0\0\1\xff", 5},
		{"\0\0\0\5Oabcd", 9},
		{"\0\0\1\0H", 5},
	};

	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	for (size_t i = 0; i < COUNT_OF(packets); i++) {
		for (int listed = 0; listed < 2; listed++) {
			if (listed)
				assert_int_equal(
					connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
			else
				assert_true(mta_open(&mta, filter.socket));
			assert_int_equal(write(mta.fd, packets[i].octets, packets[i].length),
				packets[i].length);
			mta_close(&mta);
		}
	}
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(lets_unlisted_clients_go_at_connect),
		TEST(lets_clients_without_an_address_go),
		TEST(refuses_at_rcpt_once_the_hit_is_on_disk),
		TEST(refuses_ipv6_and_ipv4_mapped_clients),
		TEST(refuses_at_mail_when_so_configured),
		TEST(refuses_at_helo_once_when_so_configured),
		TEST(refuses_at_mail_a_client_that_left_helo_out),
		TEST(a_percent_sign_is_doubled_for_the_mta),
		TEST(defers),
		TEST(tags_with_the_reference_and_removes_forged_headers),
		TEST(removes_forged_headers_also_when_the_tag_cannot_be_recorded),
		TEST(logs_and_lets_the_message_go),
		TEST(lets_postmaster_have_the_mail),
		TEST(lets_authenticated_clients_send_message_by_message),
		TEST(records_clients_that_leave_before_any_recipient),
		TEST(judges_each_message_of_a_connection),
		TEST(outlives_hostile_strings),
		TEST(outlives_broken_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
