/* SPDX-License-Identifier: BSD-2-Clause */
/* The history of an address. */
#include "store/history.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "store/exemptions.h"
#include "tests/store/admin_db.h"

static void take(void *context, const struct history_event *event)
{
	char network[NETWORK_TEXT_SIZE];

	network_format(&event->network, network);
	text_add_format(context, "%d %s %s %s %s\n", (int)(event->at - NOW), event->what, network,
		event->who, event->why);
}

static void assert_history(const char *ip, const char *expected)
{
	char buffer[2048];
	struct text text = TEXT_OVER(buffer);
	struct addr addr;

	assert_int_equal(addr_parse(ip, &addr), ERR_NONE);
	assert_int_equal(history_each(admin, &addr, NOW + 1000, take, &text), ERR_NONE);
	assert_string_equal(buffer, expected);
}

static void what_covers_an_address_is_its_history_in_time_order(void **state)
{
	(void)state;
	list_network("198.18.7.9", NOW + 20, NOW + 5000);
	list_network("198.18.0.0/16", NOW + 10, NOW + 5000);
	unlist_network("198.18.7.9", NOW + 30);
	list_network("198.18.7.8", NOW + 40, NOW + 5000);
	assert_history("198.18.7.9", "10 add 198.18.0.0/16 tester r\n"
				     "20 add 198.18.7.9 tester r\n"
				     "30 remove 198.18.7.9 tester a test\n");
	assert_history("198.19.0.0", "");
}

static void a_listing_that_expired_says_when(void **state)
{
	(void)state;
	list_network("198.18.7.9", NOW, NOW + 100);
	assert_history("198.18.7.9",
		"0 add 198.18.7.9 tester r\n100 expire 198.18.7.9 opsmilter expired\n");
}

static void ipv6_networks_do_not_reach_into_ipv4(void **state)
{
	(void)state;
	list_network("::/0", NOW, NOW + 5000);
	assert_history("198.18.7.9", "");
	assert_history("2001:db8::1", "0 add ::/0 tester r\n");
}

static void exemptions_requests_tests_and_later_evidence_are_there(void **state)
{
	(void)state;
	struct network network = a_network("198.18.7.0/24");
	struct change exempt = a_change("exempt add"), not_exempt = a_change("exempt remove");

	list_network("198.18.7.9", NOW, NOW + 5000);
	exempt.at = NOW + 1;
	not_exempt.at = NOW + 2;
	assert_int_equal(exemptions_add(admin, &network, &exempt), ERR_NONE);
	assert_int_equal(exemptions_end(admin, &network, &not_exempt), ERR_NONE);
	scratch_db_execute(&ops,
		"INSERT INTO evidence (id, at, who, kind, source, sha256, octets)"
		" VALUES (90, 1000003, 'tester', 'spam', 'x.eml', printf('%064d', 0), 1);"
		"INSERT INTO listing_evidence VALUES (1, 90);"
		"INSERT INTO request (kind, address, list_id, state, requested_at, filed_by, "
		"contact,"
		" note, waived, tests, decided_at, decided_by, verdict, why)"
		" VALUES ('removal', '198.18.7.9', 1, 'denied', 1000004, 'visitor', 'secret', "
		"'closed',"
		" 0, 1, 1000006, 'opsprobe', 'open', 'still open');"
		"INSERT INTO test (address, at, verdict, summary, evidence_id)"
		" VALUES ('198.18.7.9', 1000005, 'open', 'http:3128', 90)");
	assert_history("198.18.7.9", "0 add 198.18.7.9 tester r\n"
				     "1 exempt add 198.18.7.0/24 tester a test\n"
				     "2 exempt remove 198.18.7.0/24 tester a test\n"
				     "3 evidence 198.18.7.9 tester x.eml\n"
				     "4 removal request 198.18.7.9 visitor closed\n"
				     "5 test open 198.18.7.9 opsprobe http:3128\n"
				     "6 removal denied 198.18.7.9 opsprobe still open\n");
}

/* A request and its test, both in the second in which it is decided. */
static void ask(int id, const char *kind, const char *state, const char *verdict)
{
	char sql[1024];

	snprintf(sql, sizeof(sql),
		"INSERT INTO request (id, kind, address, list_id, state, requested_at, filed_by, "
		"contact,"
		" note, waived, tests, decided_at, decided_by)"
		" VALUES (%d, '%s', '198.18.7.9', 1, '%s', %d, 'visitor', '', '%d', 0, 1, %d, "
		"'opsprobe');"
		"INSERT INTO evidence (id, at, who, kind, source, sha256, octets)"
		" VALUES (%d, %d, 'opsprobe', 'test', '', printf('%%064d', 0), 1);"
		"INSERT INTO test (address, at, verdict, summary, evidence_id, request_id)"
		" VALUES ('198.18.7.9', %d, '%s', '%d', %d, %d)",
		id, kind, state, NOW, id, NOW, 100 * id, NOW, NOW, verdict, id, 100 * id, id);
	scratch_db_execute(&ops, sql);
}

static void within_a_second_each_event_follows_its_cause(void **state)
{
	(void)state;
	ask(2, "nomination", "granted", "open");
	list_network("198.18.7.9", NOW, NOW + 5000);
	scratch_db_execute(&ops, "INSERT INTO listing_evidence VALUES (1, 200)");
	ask(3, "removal", "denied", "open");
	scratch_db_execute(&ops, "INSERT INTO listing_evidence VALUES (1, 300)");
	ask(4, "removal", "granted", "closed");
	unlist_network("198.18.7.9", NOW);
	assert_history("198.18.7.9", "0 nomination request 198.18.7.9 visitor 2\n"
				     "0 test open 198.18.7.9 opsprobe 2\n"
				     "0 add 198.18.7.9 tester r\n"
				     "0 evidence 198.18.7.9 opsprobe \n"
				     "0 nomination granted 198.18.7.9 opsprobe \n"
				     "0 removal request 198.18.7.9 visitor 3\n"
				     "0 test open 198.18.7.9 opsprobe 3\n"
				     "0 evidence 198.18.7.9 opsprobe \n"
				     "0 removal denied 198.18.7.9 opsprobe \n"
				     "0 removal request 198.18.7.9 visitor 4\n"
				     "0 test closed 198.18.7.9 opsprobe 4\n"
				     "0 remove 198.18.7.9 tester a test\n"
				     "0 removal granted 198.18.7.9 opsprobe \n");
}

static void a_nomination_after_a_removal_in_the_same_second_is_behind_it(void **state)
{
	(void)state;
	list_network("198.18.7.9", NOW - 1, NOW + 5000);
	unlist_network("198.18.7.9", NOW);
	ask(1, "nomination", "denied", "closed");
	assert_history("198.18.7.9", "-1 add 198.18.7.9 tester r\n"
				     "0 remove 198.18.7.9 tester a test\n"
				     "0 nomination request 198.18.7.9 visitor 1\n"
				     "0 test closed 198.18.7.9 opsprobe 1\n"
				     "0 nomination denied 198.18.7.9 opsprobe \n");
}

static void a_test_without_a_request_precedes_the_listing_that_it_led_to(void **state)
{
	(void)state;
	list_network("198.18.7.9", NOW, NOW + 5000);
	unlist_network("198.18.7.9", NOW);
	int64_t evidence = list_network("198.18.7.9", NOW, NOW + 5000);
	char sql[256];

	snprintf(sql, sizeof(sql),
		"INSERT INTO test (address, at, verdict, summary, evidence_id)"
		" VALUES ('198.18.7.9', %d, 'open', 'again', %d)",
		NOW, (int)evidence);
	scratch_db_execute(&ops, sql);
	assert_history("198.18.7.9", "0 add 198.18.7.9 tester r\n"
				     "0 remove 198.18.7.9 tester a test\n"
				     "0 test open 198.18.7.9 opsprobe again\n"
				     "0 add 198.18.7.9 tester r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(what_covers_an_address_is_its_history_in_time_order),
		WITH_ADMIN(a_listing_that_expired_says_when),
		WITH_ADMIN(ipv6_networks_do_not_reach_into_ipv4),
		WITH_ADMIN(exemptions_requests_tests_and_later_evidence_are_there),
		WITH_ADMIN(within_a_second_each_event_follows_its_cause),
		WITH_ADMIN(a_nomination_after_a_removal_in_the_same_second_is_behind_it),
		WITH_ADMIN(a_test_without_a_request_precedes_the_listing_that_it_led_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
