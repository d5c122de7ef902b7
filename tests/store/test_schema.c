/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules that the schema enforces, and its views. */
#include <stdio.h>
#include <string.h>

#include "base/network.h"
#include "base/text.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

static struct scratch_db ops, hits;

static int open_both(void **state)
{
	(void)state;
	scratch_db_open(&ops, DB_OPS);
	scratch_db_open(&hits, DB_HITS);
	return 0;
}

static int close_both(void **state)
{
	(void)state;
	scratch_db_close(&ops);
	scratch_db_close(&hits);
	return 0;
}

#define REQUEST                                                                                    \
	"INSERT INTO request (list_id, requested_at, filed_by, contact, note, waived, tests, "     \
	"kind, "                                                                                   \
	"address, state, decided_at, decided_by, next_test_at) SELECT 1, 1, 'x', '', '', 0, 0, * " \
	"FROM (VALUES "
static bool runs(struct scratch_db *scratch, const char *sql)
{
	return sqlite3_exec(scratch->sqlite, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static void text_of(struct scratch_db *scratch, const char *sql, char *text_r, size_t size)
{
	sqlite3_stmt *statement;

	text_r[0] = '\0';
	if (sqlite3_prepare_v2(scratch->sqlite, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(scratch->sqlite));
	if (sqlite3_step(statement) == SQLITE_ROW)
		text_copy(text_r, size, (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

#define LISTING                                                                              \
	"INSERT INTO listing (list_id, network, prefix, reason_id, evidence_id, listed_at, " \
	"expires_at, added_id,"                                                              \
	" ended_at, ended_id) VALUES "
#define END_ALL "UPDATE listing SET ended_at = 6, ended_id = 100 WHERE ended_at IS NULL"
#define NETWORK "x'00000000000000000000ffffc6120709'"

static void each_rule_is_enforced(void **state)
{
	static const struct {
		const char *name;
		const char *sql;
	} cases[] = {
		{"a listing without evidence",
			LISTING "(1, " NETWORK ", 128, 1, NULL, 5, NULL, 100, NULL, NULL)"},
		{"missing evidence",
			LISTING "(1, " NETWORK ", 128, 1, 77, 5, NULL, 100, NULL, NULL)"},
		{"a missing reason",
			LISTING "(1, " NETWORK ", 128, 77, 1, 5, NULL, 100, NULL, NULL)"},
		{"a missing list",
			LISTING "(77, " NETWORK ", 128, 1, 1, 5, NULL, 100, NULL, NULL)"},
		{"a missing change",
			LISTING "(1, " NETWORK ", 128, 1, 1, 5, NULL, 77, NULL, NULL)"},
		{"an expiry before the start",
			LISTING "(1, " NETWORK ", 128, 1, 1, 5, 5, 100, NULL, NULL)"},
		{"an end before the start",
			LISTING "(1, " NETWORK ", 128, 1, 1, 5, NULL, 100, 4, 100)"},
		{"an end without a change",
			LISTING "(1, " NETWORK ", 128, 1, 1, 5, NULL, 100, 6, NULL)"},
		{"a short network", LISTING "(1, x'c6120709', 32, 1, 1, 5, NULL, 100, NULL, NULL)"},
		{"a network that is text",
			LISTING "(1, '0123456789abcdef', 128, 1, 1, 5, NULL, 100, NULL, NULL)"},
		{"a prefix beyond 128",
			LISTING "(1, " NETWORK ", 129, 1, 1, 5, NULL, 100, NULL, NULL)"},
		{"a network that is listed twice", LISTING
			"(1, " NETWORK ", 128, 1, 1, 5, NULL, 100, NULL, NULL), (1, " NETWORK
			", 128, 1, 1, 5, NULL, 100, NULL, NULL)"},
		{"an unknown action", "UPDATE list SET action = 'bounce'"},
		{"an unknown kind of removal", "UPDATE list SET removal = 'never'"},
		{"a list with a name in capitals", "UPDATE list SET name = 'OPS' WHERE id = 1"},
		{"an unknown kind of evidence", "INSERT INTO evidence VALUES (9, 1, 'a', 'rumour', "
						"'s', hex(zeroblob(32)), 1, x'61', NULL)"},
		{"evidence deleted", "DELETE FROM evidence"},
		{"evidence changed", "UPDATE evidence SET source = 'elsewhere'"},
		{"a body of evidence changed", "UPDATE evidence SET body = x'62'"},
		{"a reason changed", "UPDATE reason SET text = 'open relay'"},
		{"a list with listings deleted", "DELETE FROM list WHERE id = 1"},
		{"an exemption without a change",
			"INSERT INTO exemption VALUES (1, " NETWORK ", 128, NULL, NULL)"},
		{"an exemption with a missing change",
			"INSERT INTO exemption VALUES (1, " NETWORK ", 128, 77, NULL)"},
		{"an exemption with host bits",
			"INSERT INTO exemption VALUES (1, " NETWORK ", 127, 100, NULL)"},
		{"an exemption with host octets",
			"INSERT INTO exemption VALUES (1, " NETWORK ", 104, 100, NULL)"},
		{"a change deleted", "DELETE FROM change"},
		{"history rewritten", "UPDATE change SET who = 'nobody'"},
		{"an unknown state",
			REQUEST "('removal', '198.18.7.9', 'lost', NULL, NULL, NULL))"},
		{"an unknown kind of request",
			REQUEST "('wish', '198.18.7.9', 'review', NULL, NULL, NULL))"},
		{"a decision without a time",
			REQUEST "('removal', '198.18.7.9', 'granted', NULL, 'root', NULL))"},
		{"a decision by nobody",
			REQUEST "('removal', '198.18.7.9', 'granted', 5, NULL, NULL))"},
		{"an open request without a test due",
			REQUEST "('removal', '198.18.7.9', 'open', NULL, NULL, NULL))"},
		{"a request in review with a test due",
			REQUEST "('removal', '198.18.7.9', 'review', NULL, NULL, 5))"},
		{"a request deleted", "DELETE FROM request"},
		{"a decision changed", "UPDATE request SET why = 'other' WHERE decided_at = 5"},
		{"a test deleted", "DELETE FROM test"},
		{"an unknown verdict", "INSERT INTO test (address, at, verdict, summary, "
				       "evidence_id) VALUES ('198.18.7.9', 1, 'maybe', 's', 1)"},
	};

	(void)state;
	assert_true(runs(&ops, LISTING "(1, " NETWORK ", 128, 1, 1, 5, 6, 100, NULL, NULL)"));
	assert_true(runs(&ops, REQUEST "('removal', '198.18.7.9', 'denied', 5, 'root', NULL))"));
	assert_true(runs(&ops, "INSERT INTO test (address, at, verdict, summary, evidence_id)"
			       " VALUES ('198.18.7.9', 1, 'open', 's', 1)"));
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (runs(&ops, cases[i].sql))
			fail_msg("accepted: %s", cases[i].name);
	}
}

static void a_listing_changes_only_by_its_end(void **state)
{
	(void)state;
	assert_true(runs(&ops, LISTING "(1, " NETWORK ", 128, 1, 1, 5, 6, 100, NULL, NULL)"));
	assert_false(runs(&ops, "DELETE FROM listing"));
	assert_false(runs(&ops, "UPDATE listing SET listed_at = 4"));
	assert_false(runs(&ops, "DELETE FROM prefix_length"));
	assert_true(runs(&ops, "UPDATE listing SET ended_at = 6, ended_id = 100"));
	assert_false(runs(&ops, "UPDATE listing SET ended_at = 7"));
}

static void an_exemption_changes_only_by_its_end(void **state)
{
	(void)state;
	assert_true(runs(&ops, "INSERT INTO exemption VALUES (1, " NETWORK ", 128, 100, NULL)"));
	assert_false(runs(&ops, "INSERT INTO exemption VALUES (2, " NETWORK ", 128, 100, NULL)"));
	assert_false(runs(&ops, "DELETE FROM exemption"));
	assert_false(runs(&ops, "UPDATE exemption SET prefix = 127"));
	assert_true(runs(&ops, "UPDATE exemption SET ended_id = 100"));
	assert_false(runs(&ops, "UPDATE exemption SET ended_id = NULL"));
	assert_true(runs(&ops, "INSERT INTO exemption VALUES (2, " NETWORK ", 128, 100, NULL)"));
}

static void evidence_can_be_purged_but_not_changed(void **state)
{
	(void)state;
	assert_false(runs(&ops, "UPDATE evidence SET purged_at = 9"));
	assert_true(runs(&ops, "UPDATE evidence SET body = NULL, purged_at = 9"));
	assert_false(runs(&ops, "UPDATE evidence SET body = x'61', purged_at = NULL"));
}

static void each_rule_of_a_hit_is_enforced(void **state)
{
	(void)state;
	assert_true(runs(&hits, "INSERT INTO hit VALUES (1, 1, zeroblob(16), '', '', '', '', '', "
				"'', '', '', 1, 'rcpt', 'refused', '', '1-000000000000', '', '')"));
	assert_false(runs(&hits, "UPDATE hit SET client_key = zeroblob(15)"));
	assert_false(runs(&hits, "UPDATE hit SET helo = NULL"));
	assert_false(runs(&hits, "UPDATE hit SET ref = '1'"));
	assert_false(runs(&hits, "UPDATE hit SET stage = 'data'"));
	assert_false(runs(&hits, "UPDATE hit SET action = 'shot'"));
	assert_false(runs(&hits, "UPDATE hit SET at = 'yesterday'"));
}

static void no_more_lists_than_the_programs_can_hold(void **state)
{
	(void)state;
	scratch_db_execute(&ops,
		"WITH RECURSIVE n(i) AS (SELECT 7 UNION ALL SELECT i + 1 FROM n WHERE i < 64) "
		"INSERT INTO list SELECT i, 'list-' || i, 't', 'log', 'review', NULL, 9, 16, 32 "
		"FROM n");
	assert_false(runs(&ops, "INSERT INTO list VALUES (NULL, 'one-more', 't', 'log', 'review', "
				"NULL, 9, 16, 32)"));
}

static void put_hex(const struct addr *addr, char hex_r[33])
{
	for (size_t i = 0; i < 16; i++)
		snprintf(hex_r + 2 * i, 3, "%02x", addr->octets[i]);
}

static void host_bits_are_refused_at_every_prefix_length(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (unsigned prefix = 0; prefix < 128; prefix++) {
		unsigned bit = prefix + unit_random(&random) % (128 - prefix);
		struct addr addr = {{0}};
		char sql[512], hex[33];
		addr.octets[bit / 8] = (uint8_t)(0x80 >> bit % 8);
		put_hex(&addr, hex);
		snprintf(sql, sizeof(sql), LISTING "(1, x'%s', %u, 1, 1, 5, NULL, 100, NULL, NULL)",
			hex, prefix);
		if (runs(&ops, sql))
			fail_msg("accepted: bit %u in /%u", bit, prefix);
		snprintf(sql, sizeof(sql), LISTING "(1, x'%s', %u, 1, 1, 5, NULL, 100, NULL, NULL)",
			hex, bit + 1);
		if (!runs(&ops, sql))
			fail_msg("bit %u in /%u: %s", bit, bit + 1, sqlite3_errmsg(ops.sqlite));
		scratch_db_execute(&ops, END_ALL);
	}
}

/* The schema accepts the same pairs of address and prefix length as network_around(). */
static void random_host_bits_are_refused_as_by_the_programs(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	scratch_db_execute(&ops, "BEGIN");
	for (unsigned i = 0; i < 129 * 20; i++) {
		char sql[512], hex[33];
		struct addr addr;
		for (size_t octet = 0; octet < 16; octet++)
			addr.octets[octet] = (uint8_t)unit_random(&random);
		addr = network_around(&addr, unit_random(&random) % 129).addr;
		struct network network = network_around(&addr, i % 129);
		bool is_network = addr_compare(&network.addr, &addr) == 0;
		put_hex(&addr, hex);
		snprintf(sql, sizeof(sql), LISTING "(1, x'%s', %u, 1, 1, 5, NULL, 100, NULL, NULL)",
			hex, i % 129);
		if (runs(&ops, sql) != is_network)
			fail_msg("%s/%u is %s", hex, i % 129, is_network ? "refused" : "accepted");
		scratch_db_execute(&ops, END_ALL);
	}
	scratch_db_execute(&ops, "COMMIT");
}

/* Octets that make runs of zeros of every length likely. */
static struct network random_network(uint64_t *random)
{
	struct addr addr = {{0}};

	for (size_t i = 0; i < 16; i += 2) {
		if (unit_random(random) % 2)
			continue;
		addr.octets[i] = unit_random(random) % 2 ? 0 : (uint8_t)unit_random(random);
		addr.octets[i + 1] = (uint8_t)unit_random(random);
	}
	if (unit_random(random) % 4 == 0) {
		memset(addr.octets, 0, 10);
		memset(addr.octets + 10, 0xff, 2);
		return network_around(&addr, 96 + unit_random(random) % 33);
	}
	return network_around(&addr, unit_random(random) % 129);
}

static void views_spell_addresses_as_the_programs_do(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	scratch_db_execute(&ops, "BEGIN");
	for (int i = 0; i < 3000; i++) {
		char expected[NETWORK_TEXT_SIZE], text[NETWORK_TEXT_SIZE];
		struct network network = random_network(&random);
		network_format(&network, expected);
		scratch_db_list(&ops, 1, expected, 5, 0);
		text_of(&ops, "SELECT network FROM listings ORDER BY id DESC LIMIT 1", text,
			sizeof(text));
		assert_string_equal(text, expected);
		scratch_db_execute(&ops, END_ALL);
	}
	scratch_db_execute(&ops, "COMMIT");
}

static void views_have_the_promised_columns(void **state)
{
	static const struct {
		enum db_kind kind;
		const char *view;
		const char *columns;
	} views[] = {
		{DB_HITS, "hits",
			"id at client client_name helo mail_from rcpt_to list network reason "
			"listed_at stage action "
			"reply ref mta queue_id"},
		{DB_HITS, "hits_by_day", "day list action hits clients"},
		{DB_OPS, "listings", "id list network reason listed_at expires_at evidence_count"},
		{DB_OPS, "past_listings",
			"id list network reason listed_at expires_at evidence_count removed_at "
			"removed_by "
			"removed_why"},
		{DB_OPS, "requests",
			"id kind ip state requested_at decided_at verdict why list filed_by "
			"decided_by"},
		{DB_OPS, "tests", "id ip at verdict egress summary open_ports"},
		{DB_OPS, "history", "at who what ip list why"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(views); i++) {
		char sql[128], text[256];
		snprintf(sql, sizeof(sql),
			"SELECT group_concat(name, ' ') FROM pragma_table_info('%s')",
			views[i].view);
		text_of(views[i].kind == DB_OPS ? &ops : &hits, sql, text, sizeof(text));
		assert_string_equal(text, views[i].columns);
	}
}

static void views_tell_the_life_of_a_listing(void **state)
{
	char text[256];

	(void)state;
	scratch_db_list(&ops, 1, "198.18.7.9", 1700000000, 1700000060);
	scratch_db_list(&ops, 2, "198.18.7.0/24", 1700000000, 0);
	text_of(&ops,
		"SELECT network || ' ' || list || ' ' || listed_at || ' ' || evidence_count FROM "
		"listings",
		text, sizeof(text));
	assert_string_equal(text, "198.18.7.0/24 rbl 2023-11-14 22:13:20 1");
	text_of(&ops,
		"SELECT network || ' ' || removed_at || ' ' || removed_by || ' ' || removed_why "
		"FROM past_listings",
		text, sizeof(text));
	assert_string_equal(text, "198.18.7.9 2023-11-14 22:14:20 opsmilter expired");
	text_of(&ops,
		"SELECT group_concat(at || ' ' || who || ' ' || what || ' ' || ip || ' ' || list "
		"|| ' ' || why, '; ') FROM"
		" (SELECT * FROM history WHERE ip = '198.18.7.9' ORDER BY at)",
		text, sizeof(text));
	assert_string_equal(text, "2023-11-14 22:13:20 tester add 198.18.7.9 ops open proxy; "
				  "2023-11-14 22:14:20 opsmilter expire 198.18.7.9 ops expired");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)
	const struct CMUnitTest tests[] = {
		TEST(each_rule_is_enforced),
		TEST(a_listing_changes_only_by_its_end),
		TEST(an_exemption_changes_only_by_its_end),
		TEST(evidence_can_be_purged_but_not_changed),
		TEST(each_rule_of_a_hit_is_enforced),
		TEST(no_more_lists_than_the_programs_can_hold),
		TEST(host_bits_are_refused_at_every_prefix_length),
		TEST(random_host_bits_are_refused_as_by_the_programs),
		TEST(views_spell_addresses_as_the_programs_do),
		TEST(views_have_the_promised_columns),
		TEST(views_tell_the_life_of_a_listing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
