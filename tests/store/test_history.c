/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/history.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "store/evidence.h"
#include "store/exemptions.h"
#include "store/listings.h"
#include "store/purge.h"
#include "tests/store/admin_db.h"

static int64_t add(const char *string, int64_t at, int64_t expires_at)
{
	struct listing listing = {.list_id = 1,
		.network = a_network(string),
		.reason = "r",
		.expires_at = expires_at};
	struct listing existing;
	struct evidence evidence = {.at = at, .who = "tester", .kind = "note", .source = ""};
	struct change change = a_change("add");

	change.at = at;
	evidence_set_body(&evidence, "body", 4);
	assert_int_equal(listings_add(admin, &listing, &evidence, &change, &existing), ERR_NONE);
	return listing.evidence_id;
}

static void end(const char *string, int64_t at)
{
	struct network network = a_network(string);
	struct change change = a_change("remove");

	change.at = at;
	assert_int_equal(listings_end(admin, 1, &network, &change), ERR_NONE);
}

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
	add("198.18.7.9", NOW + 20, NOW + 5000);
	add("198.18.0.0/16", NOW + 10, NOW + 5000);
	end("198.18.7.9", NOW + 30);
	add("198.18.7.8", NOW + 40, NOW + 5000);
	assert_history("198.18.7.9", "10 add 198.18.0.0/16 tester r\n"
				     "20 add 198.18.7.9 tester r\n"
				     "30 remove 198.18.7.9 tester a test\n");
	assert_history("198.19.0.0", "");
}

static void a_listing_that_expired_says_when(void **state)
{
	(void)state;
	add("198.18.7.9", NOW, NOW + 100);
	assert_history("198.18.7.9",
		"0 add 198.18.7.9 tester r\n100 expire 198.18.7.9 opsmilter expired\n");
}

static void ipv6_networks_do_not_reach_into_ipv4(void **state)
{
	(void)state;
	add("::/0", NOW, NOW + 5000);
	assert_history("198.18.7.9", "");
	assert_history("2001:db8::1", "0 add ::/0 tester r\n");
}

static void exemptions_requests_tests_and_later_evidence_are_there(void **state)
{
	(void)state;
	struct network network = a_network("198.18.7.0/24");
	struct change exempt = a_change("exempt add"), not_exempt = a_change("exempt remove");

	add("198.18.7.9", NOW, NOW + 5000);
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

static void bodies_go_unless_a_listing_in_force_refers_to_them(void **state)
{
	(void)state;
	struct change change = a_change("purge");
	int64_t purged;
	int64_t ended = add("198.18.7.1", NOW, NOW + 5000);
	int64_t expired = add("198.18.7.2", NOW, NOW + 50);
	int64_t later = add("198.18.7.3", NOW, NOW + 50);
	add("198.18.7.4", NOW, NOW + 5000);
	add("198.18.7.5", NOW + 90, NOW + 99);
	end("198.18.7.1", NOW + 20);
	/* Evidence of a listing that is over, but also of one in force. */
	scratch_db_execute(
		&ops, "INSERT INTO listing_evidence SELECT 4, max(id) - 2 FROM evidence");
	change.at = NOW + 100;

	assert_int_equal(purge_evidence(admin, NOW + 80, &change, &purged), ERR_NONE);
	/* Those two, and the one that each scratch database has. */
	assert_int_equal(purged, 3);
	assert_int_equal(scratch_db_int(&ops, "SELECT sum(id) FROM evidence WHERE body IS NULL"),
		1 + ended + expired);
	assert_int_equal(scratch_db_int(&ops, "SELECT max(id) - 2 FROM evidence"), later);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM evidence WHERE octets = 4"), 5);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'purge'"), 1);
	/* What is gone is gone; nothing more is put on record. */
	assert_int_equal(purge_evidence(admin, NOW + 80, &change, &purged), ERR_NONE);
	assert_int_equal(purged, 0);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'purge'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(what_covers_an_address_is_its_history_in_time_order),
		WITH_ADMIN(a_listing_that_expired_says_when),
		WITH_ADMIN(ipv6_networks_do_not_reach_into_ipv4),
		WITH_ADMIN(exemptions_requests_tests_and_later_evidence_are_there),
		WITH_ADMIN(bodies_go_unless_a_listing_in_force_refers_to_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
