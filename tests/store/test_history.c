/* SPDX-License-Identifier: BSD-2-Clause */
/* The history of an address. */
#include "store/history.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(what_covers_an_address_is_its_history_in_time_order),
		WITH_ADMIN(a_listing_that_expired_says_when),
		WITH_ADMIN(ipv6_networks_do_not_reach_into_ipv4),
		WITH_ADMIN(exemptions_requests_tests_and_later_evidence_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
