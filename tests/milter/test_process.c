/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter as a process: signals, its socket, many sessions at once. */
#include <fcntl.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/milter/dialogue.h"
#include "tests/support/unit.h"

/* The thread sanitizer loses signals that come while it delivers one. */
#ifdef __SANITIZE_THREAD__
#define SIGHUP_BURST 3
#else
#define SIGHUP_BURST 200
#endif

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
		TEST(reloads_at_each_of_many_sighups),
		TEST(a_session_keeps_the_configuration_it_began_with),
		TEST(ends_in_order_and_takes_its_socket_away),
		TEST(takes_over_the_socket_of_a_killed_predecessor),
		TEST(leaves_the_socket_of_a_living_filter_and_other_files_alone),
		TEST(answers_beside_512_sessions_held_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
