/* SPDX-License-Identifier: BSD-2-Clause */
/* The inbox: filings go in, and what they claim is checked when they are taken. */
#include "store/inbox.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/removals.h"
#include "tests/store/admin_db.h"

#define HOST "198.18.7.9"
#define OWNER HOST
#define STRANGER "198.51.100.7"
#define COOLDOWN 60
#define NOMINATION_COOLDOWN 600
#define SPAM "Received: from x (unknown [198.18.7.9]) by mx.example.org; now\n\nbuy\n"

static struct scratch_db file;
static struct db *inbox, *prober;
static struct inbox_rules rules;
static struct inbox_taken last;
static int told;

static int open_all(void **state)
{
	static const struct db_options site = {
		.kind = DB_INBOX, .role = ROLE_ANY, .writable = true, .wait_msecs = 1000};
	static const struct db_options worker = {
		.kind = DB_OPS, .role = ROLE_PROBER, .writable = true, .wait_msecs = 1000};

	rules = (struct inbox_rules){
		.cooldown_secs = COOLDOWN,
		.nomination_cooldown_secs = NOMINATION_COOLDOWN,
		.caps = {.nominations_per_day = 10,
			.nomination_mb_per_day = 10,
			.nomination_mb = 10,
			.open_requests = 10},
	};
	told = 0;
	(void)open_admin(state);
	scratch_db_open(&file, DB_INBOX);
	assert_int_equal(store_open(file.path, &site, &inbox, NULL), ERR_NONE);
	return store_open(ops.path, &worker, &prober, NULL);
}

static int close_all(void **state)
{
	db_close(&inbox);
	db_close(&prober);
	scratch_db_close(&file);
	return close_admin(state);
}

static struct addr an_address(const char *string)
{
	struct addr addr;

	assert_int_equal(addr_parse(string, &addr), 0);
	return addr;
}

static struct filing a_filing(enum request_kind kind, const char *from, const char *token)
{
	struct filing filing = {
		.request = {.kind = kind,
			.address = an_address(HOST),
			.list = "ops",
			.requested_at = NOW,
			.filed_by = "visitor",
			.from_visitor = true,
			.filed_from = an_address(from),
			.contact = "owner@example.org",
			.note = "closed the port"},
	};

	text_copy(filing.request.token, sizeof(filing.request.token), token);
	if (kind == REQUEST_NOMINATION) {
		filing.spam = SPAM;
		filing.length = strlen(SPAM);
	}
	return filing;
}

static void file_it(enum request_kind kind, const char *from, const char *token)
{
	struct filing filing = a_filing(kind, from, token);

	assert_int_equal(inbox_file(inbox, &filing), ERR_NONE);
}

static void hear(void *context, const struct inbox_taken *taken)
{
	(void)context;
	last = *taken;
	told++;
}

static void take_at(int64_t now)
{
	struct db *failed;

	assert_int_equal(inbox_take(inbox, prober, &rules, now, hear, NULL, &failed), ERR_NONE);
}

static int64_t count(const char *what)
{
	char sql[256];
	struct text text = TEXT_OVER(sql);

	text_add_format(&text, "SELECT count(*) FROM %s", what);
	return scratch_db_int(&ops, sql);
}

static void add_test(const char *verdict, int64_t at)
{
	char sql[256];
	struct text text = TEXT_OVER(sql);

	text_add_format(&text,
		"INSERT INTO test (address, at, verdict, summary, evidence_id, request_id)"
		" VALUES ('" HOST "', %lld, '%s', '', 1,"
		" (SELECT id FROM request WHERE decided_at IS NULL))",
		(long long)at, verdict);
	scratch_db_execute(&ops, sql);
}

/* The worker's test ends and denies the newest request. */
static void deny(const char *verdict, int64_t at)
{
	char sql[512];
	struct text text = TEXT_OVER(sql);

	add_test(verdict, at);
	text_add_format(&text,
		"UPDATE request SET state = 'denied', decided_at = %lld, decided_by = 'opsprobe',"
		" verdict = '%s', next_test_at = NULL WHERE decided_at IS NULL",
		(long long)at, verdict);
	scratch_db_execute(&ops, sql);
}

static void a_filing_waits_once_and_is_found_by_its_token(void **state)
{
	struct filing filing = a_filing(REQUEST_NOMINATION, STRANGER, "one"), found;

	(void)state;
	assert_int_equal(inbox_file(inbox, &filing), ERR_NONE);
	assert_int_equal(inbox_file(inbox, &filing), ERR_EXISTS);
	assert_int_equal(inbox_find(inbox, "one", &found), ERR_NONE);
	assert_int_equal(found.request.kind, REQUEST_NOMINATION);
	assert_int_equal(addr_compare(&found.request.address, &filing.request.address), 0);
	assert_int_equal(addr_compare(&found.request.filed_from, &filing.request.filed_from), 0);
	assert_string_equal(found.request.list, "ops");
	assert_string_equal(found.request.contact, "owner@example.org");
	assert_string_equal(found.request.note, "closed the port");
	assert_null(found.spam);
	assert_int_equal(inbox_find(inbox, "two", &found), ERR_NOT_FOUND);
}

static void a_removal_is_taken_and_leaves_the_inbox(void **state)
{
	struct request request;

	(void)state;
	list_network(HOST, NOW - 10, CLOCK_NEVER);
	file_it(REQUEST_REMOVAL, STRANGER, "one");
	take_at(NOW + 1);
	assert_int_equal(told, 1);
	assert_int_equal(scratch_db_int(&file, "SELECT count(*) FROM filing"), 0);
	assert_int_equal(requests_find_token(admin, "one", &request), ERR_NONE);
	assert_int_equal(request.id, last.request_id);
	assert_int_equal(request.state, REQUEST_OPEN);
	assert_int_equal(request.next_test_at, NOW);
	assert_string_equal(request.note, "closed the port");
}

static void what_was_taken_before_is_not_filed_again(void **state)
{
	(void)state;
	list_network(HOST, NOW - 10, CLOCK_NEVER);
	for (int i = 0; i < 2; i++) {
		file_it(REQUEST_REMOVAL, STRANGER, "one");
		take_at(NOW + 1);
	}
	assert_int_equal(told, 2);
	assert_int_equal(count("request"), 1);
	assert_int_equal(count("repeated_request"), 0);
	for (int i = 0; i < 2; i++) {
		file_it(REQUEST_REMOVAL, OWNER, "two");
		take_at(NOW + 1);
	}
	assert_int_equal(count("request"), 1);
	assert_int_equal(count("repeated_request"), 1);
}

static void a_removal_of_what_is_not_listed_is_dropped(void **state)
{
	(void)state;
	file_it(REQUEST_REMOVAL, STRANGER, "one");
	take_at(NOW);
	assert_int_equal(last.request_id, 0);
	assert_string_equal(last.why, "the address is not listed any more");
	assert_int_equal(count("request"), 0);
	assert_int_equal(scratch_db_int(&file, "SELECT count(*) FROM filing"), 0);
}

static void a_nomination_needs_its_received_field_unless_the_filter_trapped_it(void **state)
{
	struct filing filing = a_filing(REQUEST_NOMINATION, STRANGER, "one");

	(void)state;
	filing.spam = "Subject: x\n\n";
	filing.length = strlen(filing.spam);
	assert_int_equal(inbox_file(inbox, &filing), ERR_NONE);
	take_at(NOW);
	assert_int_equal(last.request_id, 0);
	assert_non_null(strstr(last.why, "no Received field"));
	text_copy(filing.request.filed_by, sizeof(filing.request.filed_by), INBOX_FILTER);
	assert_int_equal(inbox_file(inbox, &filing), ERR_NONE);
	take_at(NOW);
	assert_int_not_equal(last.request_id, 0);
	assert_int_equal(
		count("request WHERE filed_by = 'opsmilter' AND next_test_at = 1000000"), 1);
	assert_int_equal(count("evidence WHERE kind = 'spam' AND octets = 12"), 1);
}

static void the_second_nomination_of_a_host_leads_to_the_first(void **state)
{
	struct request request;

	(void)state;
	file_it(REQUEST_NOMINATION, STRANGER, "one");
	file_it(REQUEST_NOMINATION, OWNER, "two");
	take_at(NOW);
	assert_int_equal(told, 2);
	assert_int_equal(count("request"), 1);
	assert_int_equal(count("evidence WHERE kind = 'spam'"), 1);
	assert_int_equal(requests_find_token(admin, "two", &request), ERR_NONE);
	assert_string_equal(request.token, "one");
	assert_int_equal(request.next_test_at, NOW);
}

static void removals_come_before_nominations(void **state)
{
	(void)state;
	list_network("198.18.7.10", NOW - 10, CLOCK_NEVER);
	for (int i = 0; i < INBOX_AT_ONCE; i++) {
		char token[16];
		struct text text = TEXT_OVER(token);
		text_add_format(&text, "n%d", i);
		file_it(REQUEST_NOMINATION, STRANGER, token);
	}
	struct filing removal = a_filing(REQUEST_REMOVAL, STRANGER, "r");
	removal.request.address = an_address("198.18.7.10");
	assert_int_equal(inbox_file(inbox, &removal), ERR_NONE);
	take_at(NOW);
	assert_int_equal(count("request WHERE kind = 'removal'"), 1);
	assert_int_equal(told, INBOX_AT_ONCE);
	assert_int_equal(scratch_db_int(&file, "SELECT count(*) FROM filing"), 1);
}

static void nominations_wait_while_a_cap_is_reached(void **state)
{
	struct filing other = a_filing(REQUEST_NOMINATION, STRANGER, "two");

	(void)state;
	rules.caps.nominations_per_day = 1;
	list_network("198.18.7.10", NOW - 10, CLOCK_NEVER);
	file_it(REQUEST_NOMINATION, STRANGER, "one");
	other.request.address = an_address("198.18.7.11");
	other.spam = "Received: from x ([198.18.7.11]) by y; now\n\n";
	other.length = strlen(other.spam);
	assert_int_equal(inbox_file(inbox, &other), ERR_NONE);
	take_at(NOW);
	assert_int_equal(told, 1);
	struct filing removal = a_filing(REQUEST_REMOVAL, STRANGER, "r");
	removal.request.address = an_address("198.18.7.10");
	assert_int_equal(inbox_file(inbox, &removal), ERR_NONE);
	take_at(NOW);
	assert_int_equal(count("request"), 2);
	take_at(NOW + 90000);
	assert_int_equal(count("request"), 3);
}

static void a_stranger_blocks_no_owner(void **state)
{
	struct request request;

	(void)state;
	list_network(HOST, NOW - 10, CLOCK_NEVER);
	/* The test of a nomination delays nobody. */
	add_test("open", NOW - 5);
	file_it(REQUEST_REMOVAL, "203.1.113.1", "before");
	take_at(NOW);
	assert_int_equal(requests_find_token(admin, "before", &request), ERR_NONE);
	assert_int_equal(request.next_test_at, NOW);
	deny("open", NOW);
	file_it(REQUEST_REMOVAL, STRANGER, "one");
	take_at(NOW);
	assert_int_equal(requests_find_token(admin, "one", &request), ERR_NONE);
	/* Tested a moment ago: not again before the cool-down is over. */
	assert_int_equal(request.next_test_at, NOW + COOLDOWN);
	file_it(REQUEST_REMOVAL, OWNER, "two");
	take_at(NOW);
	assert_int_equal(requests_find_token(admin, "two", &request), ERR_NONE);
	assert_string_equal(request.token, "one");
	assert_int_equal(request.next_test_at, NOW);
	assert_int_equal(count("repeated_request WHERE filed_from = '" OWNER "'"), 1);
}

static int64_t next_for(const char *requester, int64_t now, bool *waived_r)
{
	struct filing filing = a_filing(REQUEST_REMOVAL, requester, "x");
	struct removal removal;
	int64_t next;

	assert_int_equal(
		removals_read(admin, &filing.request.address, "", now, &removal), ERR_NONE);
	assert_int_equal(
		removals_next(admin, &removal, &filing.request, now, &next, waived_r), ERR_NONE);
	return next;
}

static void waiting_times_count_by_requester(void **state)
{
	bool waived;

	(void)state;
	list_network(HOST, NOW - 10, CLOCK_NEVER);
	file_it(REQUEST_REMOVAL, "2001:db8::1", "one");
	take_at(NOW);
	deny("open", NOW + 10);
	assert_int_equal(next_for("2001:db8::2:1", NOW + 11, &waived), NOW + 10 + 3600);
	assert_false(waived);
	assert_true(next_for("2001:db8:0:1::1", NOW + 11, &waived) <= NOW + 11);
	assert_true(next_for(OWNER, NOW + 11, &waived) <= NOW + 11);
	assert_false(waived);
}

static void the_waiver_stays_while_the_host_is_open(void **state)
{
	static const char *const verdicts[] = {"open", "inconclusive"};
	bool waived;

	(void)state;
	list_network(HOST, NOW - 10, CLOCK_NEVER);
	file_it(REQUEST_REMOVAL, OWNER, "first");
	take_at(NOW);
	deny("open", NOW + 10);
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		int64_t now = NOW + 100 * ((int64_t)i + 1);
		assert_int_equal(next_for(OWNER, now, &waived), now);
		assert_true(waived);
		file_it(REQUEST_REMOVAL, OWNER, verdicts[i]);
		take_at(now);
		deny(verdicts[i], now + 1);
	}
	assert_true(next_for(OWNER, NOW + 500, &waived) > NOW + 500);
	assert_false(waived);
}

static void a_nominated_host_rests_after_a_test(void **state)
{
	(void)state;
	add_test("closed", NOW - 5);
	file_it(REQUEST_NOMINATION, STRANGER, "one");
	take_at(NOW);
	assert_int_equal(scratch_db_int(&ops, "SELECT next_test_at FROM request"),
		NOW - 5 + NOMINATION_COOLDOWN);
}

/* Written with plain SQLite, as a site that is taken over could. */
static void a_row_of_a_hostile_site_does_no_harm(void **state)
{
	static const char *const rows[] = {
		"('removal', 'nonsense', 'ops', 1000000, 'visitor', NULL, '', '', 'a', NULL)",
		"('removal', '0.0.0.0', 'nolist', 1000000, 'visitor', NULL, '', '', 'b', NULL)",
		"('nomination', '127.0.0.1', 'ops', 1000000, 'opsmilter', NULL, '', '', 'c',"
		" x'61')",
		"('nomination', '10.0.0.1', 'ops', 1000000, 'opsmilter', NULL, '', '', 'd', x'61')",
		"('nomination', '198.18.7.9', 'ops', 9999999999, 'opsmilter', NULL, '', '', 'e',"
		" x'')",
		"('nonsense', '198.18.7.9', 'ops', 1000000, 'root', 'x', '', '', 'f', x'61')",
		"('nomination', '198.18.7.9', 'ops', 1, 'x', NULL, '', '', 'g',"
		" zeroblob(3000000))",
	};

	(void)state;
	scratch_db_execute(&file, "PRAGMA ignore_check_constraints = on");
	scratch_db_execute(&file, "CREATE TABLE stolen (x); CREATE TRIGGER t AFTER DELETE ON filing"
				  " BEGIN INSERT INTO stolen VALUES (1); END");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char sql[512];
		struct text text = TEXT_OVER(sql);
		text_add_format(&text,
			"INSERT INTO filing (kind, address, list, filed_at, filed_by, filed_from,"
			" contact, note, token, spam) VALUES %s",
			rows[i]);
		scratch_db_execute(&file, sql);
	}
	take_at(NOW);
	assert_int_equal(told, COUNT_OF(rows));
	assert_int_equal(count("request"), 0);
	assert_int_equal(scratch_db_int(&file, "SELECT count(*) FROM filing"), 0);
	assert_int_equal(scratch_db_int(&file, "SELECT count(*) FROM stolen"), 0);
}

static void a_claim_about_the_future_is_of_now(void **state)
{
	struct filing filing = a_filing(REQUEST_NOMINATION, STRANGER, "one");

	(void)state;
	filing.request.requested_at = NOW + 1000000;
	assert_int_equal(inbox_file(inbox, &filing), ERR_NONE);
	take_at(NOW);
	assert_int_equal(scratch_db_int(&ops, "SELECT requested_at FROM request"), NOW);
	assert_int_equal(scratch_db_int(&ops, "SELECT next_test_at FROM request"), NOW);
}

static void usage_counts_what_was_filed_and_what_waits(void **state)
{
	struct usage usage;

	(void)state;
	file_it(REQUEST_NOMINATION, STRANGER, "one");
	assert_int_equal(inbox_read_usage(prober, inbox, NOW, &usage), ERR_NONE);
	assert_int_equal(usage.nominations, 1);
	assert_int_equal(usage.octets, strlen(SPAM));
	take_at(NOW);
	assert_int_equal(inbox_read_usage(prober, inbox, NOW, &usage), ERR_NONE);
	assert_int_equal(usage.nominations, 1);
	assert_int_equal(usage.undecided, 1);
	assert_int_equal(usage.octets, strlen(SPAM));
	assert_int_equal(usage.octets_today, strlen(SPAM));
	assert_true(usage.disk_octets > usage.free_octets && usage.free_octets > 0);
	assert_int_equal(inbox_read_usage(prober, inbox, NOW + 86401, &usage), ERR_NONE);
	assert_int_equal(usage.nominations, 0);
	assert_int_equal(usage.octets, strlen(SPAM));
}

static void copies_of_denied_nominations_are_deleted(void **state)
{
	int64_t purged;

	(void)state;
	file_it(REQUEST_NOMINATION, STRANGER, "one");
	take_at(NOW);
	deny("closed", NOW + 10);
	assert_int_equal(evidence_purge_denied(prober, NOW + 10, NOW + 20, &purged), ERR_NONE);
	assert_int_equal(purged, 0);
	assert_int_equal(evidence_purge_denied(prober, NOW + 11, NOW + 20, &purged), ERR_NONE);
	assert_int_equal(purged, 1);
	assert_int_equal(count("evidence WHERE kind = 'spam' AND body IS NULL"), 1);
}

#define WITH_ALL(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ALL(a_filing_waits_once_and_is_found_by_its_token),
		WITH_ALL(a_removal_is_taken_and_leaves_the_inbox),
		WITH_ALL(what_was_taken_before_is_not_filed_again),
		WITH_ALL(a_removal_of_what_is_not_listed_is_dropped),
		WITH_ALL(a_nomination_needs_its_received_field_unless_the_filter_trapped_it),
		WITH_ALL(the_second_nomination_of_a_host_leads_to_the_first),
		WITH_ALL(removals_come_before_nominations),
		WITH_ALL(nominations_wait_while_a_cap_is_reached),
		WITH_ALL(a_stranger_blocks_no_owner),
		WITH_ALL(waiting_times_count_by_requester),
		WITH_ALL(the_waiver_stays_while_the_host_is_open),
		WITH_ALL(a_nominated_host_rests_after_a_test),
		WITH_ALL(a_row_of_a_hostile_site_does_no_harm),
		WITH_ALL(a_claim_about_the_future_is_of_now),
		WITH_ALL(usage_counts_what_was_filed_and_what_waits),
		WITH_ALL(copies_of_denied_nominations_are_deleted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
