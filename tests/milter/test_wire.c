/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter as an MTA sees it: what it does about each client, over the milter protocol. */
#include <fcntl.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/milter/daemon.h"
#include "tests/support/mta.h"
#include "tests/support/unit.h"

#define REPLY_MSECS 10000

/* The thread sanitizer loses signals that come while it delivers one. */
#ifdef __SANITIZE_THREAD__
#define SIGHUP_BURST 3
#else
#define SIGHUP_BURST 200
#endif

static struct daemon filter;
static struct mta mta;

static int prepare(void **state)
{
	(void)state;
	mta.fd = -1;
	daemon_prepare(&filter, "");
	return 0;
}

static int clean_up(void **state)
{
	(void)state;
	mta_close(&mta);
	daemon_remove(&filter);
	return 0;
}

/* Sends a packet and gives the command of the reply. */
static char ask(const struct mta_packet *packet)
{
	assert_true(mta_send(&mta, packet));
	return mta_receive(&mta, REPLY_MSECS);
}

static char say(char command, const char *argument)
{
	struct mta_packet packet;

	mta_string_command(&packet, command, argument);
	return ask(&packet);
}

static char say_plain(char command)
{
	struct mta_packet packet;

	mta_begin(&packet, command);
	return ask(&packet);
}

static void say_macro(char command, const char *name, const char *value)
{
	struct mta_packet packet;

	mta_macro(&packet, command, name, value);
	assert_true(mta_send(&mta, &packet));
}

static char connect_as(char family, const char *address)
{
	struct mta_packet packet;

	mta_close(&mta);
	assert_true(mta_open(&mta, filter.socket));
	mta_connect(&packet, "client.example", family, address);
	return ask(&packet);
}

static void hang_up(void)
{
	struct mta_packet packet;

	mta_begin(&packet, SMFIC_QUIT);
	assert_true(mta_send(&mta, &packet));
	mta_close(&mta);
}

/* A listed client's session up to MAIL, each step taken. */
static void begin_listed(void)
{
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_MAIL, "<sender@example.com>"), SMFIR_CONTINUE);
}

static void assert_reply_starts(const char *start)
{
	if (strncmp(mta_data(&mta), start, strlen(start)) != 0)
		fail_msg("the reply is \"%s\", not \"%s...\"", mta_data(&mta), start);
}

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

static void refuses_at_rcpt_with_the_hit_on_record(void **state)
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

static void reloads_at_each_of_many_sighups(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	daemon_configure(&filter, "exempt_clients = {\"192.0.2.1\"}");
	for (int i = 0; i < SIGHUP_BURST; i++)
		assert_int_equal(kill(filter.pid, SIGHUP), 0);
	for (int i = 0; i < 200 && connect_as(SMFIA_INET, "192.0.2.1") != SMFIR_ACCEPT; i++)
		usleep(20000);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_ACCEPT);
	daemon_configure(&filter, "reject_at = \"never\"");
	assert_int_equal(kill(filter.pid, SIGHUP), 0);
	usleep(200000);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_ACCEPT);
	hang_up();
	assert_int_equal(daemon_end(&filter, SIGTERM), 0);
}

static void a_session_keeps_the_configuration_it_began_with(void **state)
{
	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	begin_listed();
	daemon_configure(&filter, "reply = \"other text %{url}\"");
	assert_int_equal(kill(filter.pid, SIGHUP), 0);
	usleep(300000);
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 Service unavailable; ");
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
	assert_reply_starts("550 5.7.1 other text ");
}

static void ends_in_order_and_takes_its_socket_away(void **state)
{
	struct stat status;

	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	begin_listed();
	mta_close(&mta); /* its hit is still on its way */
	assert_int_equal(daemon_end(&filter, SIGTERM), 0);
	assert_int_not_equal(stat(filter.socket, &status), 0);
	assert_true(daemon_hits(&filter, "1", 0) <= 1);
}

static void takes_over_the_socket_of_a_killed_predecessor(void **state)
{
	struct stat status;

	(void)state;
	daemon_start(&filter);
	daemon_end(&filter, SIGKILL);
	assert_int_equal(stat(filter.socket, &status), 0);
	daemon_start(&filter);
}

static void leaves_the_socket_of_a_living_filter_and_other_files_alone(void **state)
{
	pid_t first;

	(void)state;
	daemon_start(&filter);
	first = filter.pid;
	assert_int_equal(daemon_start_in_vain(&filter), 3);
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.9"), SMFIR_ACCEPT);
	assert_int_equal(filter.pid, first);
	daemon_end(&filter, SIGTERM);
	close(open(filter.socket, O_CREAT | O_WRONLY, 0644));
	assert_int_equal(daemon_start_in_vain(&filter), 3);
	assert_int_equal(access(filter.socket, F_OK), 0);
}

#define HELD 512

static void answers_beside_512_sessions_held_open(void **state)
{
	static struct mta held[HELD];
	struct mta_packet packet;

	(void)state;
	daemon_list(&filter, "192.0.2.1", "refuse");
	daemon_start(&filter);
	mta_connect(&packet, "client.example", SMFIA_INET, "192.0.2.1");
	for (int i = 0; i < HELD; i++) {
		assert_true(mta_open(&held[i], filter.socket));
		assert_true(mta_send(&held[i], &packet));
		assert_int_equal(mta_receive(&held[i], REPLY_MSECS), SMFIR_CONTINUE);
	}
	begin_listed();
	assert_int_equal(say(SMFIC_RCPT, "<recipient@example.org>"), SMFIR_REPLYCODE);
	for (int i = 0; i < HELD; i++)
		mta_close(&held[i]);
	assert_int_equal(daemon_hits(&filter, "action = 'left'", HELD), HELD);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean_up)
	const struct CMUnitTest tests[] = {
		TEST(lets_unlisted_clients_go_at_connect),
		TEST(lets_clients_without_an_address_go),
		TEST(refuses_at_rcpt_with_the_hit_on_record),
		TEST(refuses_ipv6_and_ipv4_mapped_clients),
		TEST(refuses_at_mail_when_so_configured),
		TEST(refuses_at_helo_once_when_so_configured),
		TEST(defers),
		TEST(tags_with_the_reference_and_removes_forged_headers),
		TEST(logs_and_lets_the_message_go),
		TEST(lets_postmaster_have_the_mail),
		TEST(lets_authenticated_clients_send_message_by_message),
		TEST(records_clients_that_leave_before_any_recipient),
		TEST(judges_each_message_of_a_connection),
		TEST(outlives_hostile_strings),
		TEST(outlives_broken_packets),
		TEST(reloads_at_each_of_many_sighups),
		TEST(a_session_keeps_the_configuration_it_began_with),
		TEST(ends_in_order_and_takes_its_socket_away),
		TEST(takes_over_the_socket_of_a_killed_predecessor),
		TEST(leaves_the_socket_of_a_living_filter_and_other_files_alone),
		TEST(answers_beside_512_sessions_held_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
