/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking up an address. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/lookup.h"
#include "store/pool.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

#define NOW 1000000

static struct scratch_db ops;
static struct pool *pool;
static struct lookup found;

static int open_ops(void **state)
{
	(void)state;
	scratch_db_open(&ops, DB_OPS);
	return lookup_pool_new(ops.path, &pool);
}

static int close_ops(void **state)
{
	(void)state;
	pool_free(&pool);
	scratch_db_close(&ops);
	return 0;
}

static int try_find(const char *address)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct addr addr;

	assert_int_equal(addr_parse(address, &addr), ERR_NONE);
	int err = lookup_in_pool(pool, &addr, NOW, &found, &message);
	assert_true((err == ERR_NONE) == (buffer[0] == '\0'));
	return err;
}

static void find(const char *address)
{
	assert_int_equal(try_find(address), ERR_NONE);
}

/* What a look-up finds, as "list network list network ...". */
static void assert_finds(const char *address, const char *expected)
{
	char buffer[512], network[NETWORK_TEXT_SIZE];
	struct text text = TEXT_OVER(buffer);

	find(address);
	for (size_t i = 0; i < found.count; i++) {
		network_format(&found.listings[i].network, network);
		text_add_format(
			&text, "%s%s %s", i == 0 ? "" : " ", found.listings[i].list, network);
	}
	assert_string_equal(buffer, expected);
}

static void finds_the_most_specific_network_of_a_list(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "192.0.0.0/16", 5, 0);
	scratch_db_list(&ops, 1, "192.0.2.0/24", 5, 0);
	scratch_db_list(&ops, 1, "192.0.2.128/25", 5, 0);
	scratch_db_list(&ops, 1, "192.0.2.129", 5, 0);
	assert_finds("192.0.2.129", "ops 192.0.2.129");
	assert_finds("192.0.2.128", "ops 192.0.2.128/25");
	assert_finds("192.0.2.130", "ops 192.0.2.128/25");
	assert_finds("192.0.2.127", "ops 192.0.2.0/24");
	assert_finds("192.0.1.255", "ops 192.0.0.0/16");
	assert_finds("192.0.3.0", "ops 192.0.0.0/16");
	assert_finds("192.1.0.0", "");
	assert_finds("191.255.255.255", "");
}

static void finds_each_list_once_most_specific_first(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "2001:db8::/32", 5, 0);
	scratch_db_list(&ops, 2, "2001:db8::1", 5, 0);
	scratch_db_list(&ops, 2, "2001:db8::/64", 5, 0);
	scratch_db_list(&ops, 6, "::/0", 5, 0);
	assert_finds("2001:db8::1", "rbl 2001:db8::1 ops 2001:db8::/32 qil ::/0");
	assert_finds("2001:db9::", "qil ::/0");
}

static void keeps_the_two_address_families_apart(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "::/0", 5, 0);
	assert_finds("192.0.2.1", "");
	scratch_db_list(&ops, 1, "0.0.0.0/0", 5, 0);
	assert_finds("192.0.2.1", "ops 0.0.0.0/0");
	assert_finds("::ffff:192.0.2.1", "ops 0.0.0.0/0");
	assert_finds("::1", "ops ::/0");
}

static void passes_over_listings_that_ended_or_expired(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "198.51.100.1", 5, NOW);
	scratch_db_list(&ops, 1, "198.51.100.2", 5, NOW + 1);
	scratch_db_list(&ops, 1, "198.51.100.3", 5, 0);
	scratch_db_list(&ops, 1, "198.51.100.0/24", 5, 0);
	assert_finds("198.51.100.1", "ops 198.51.100.0/24");
	assert_finds("198.51.100.2", "ops 198.51.100.2");
	assert_int_equal(found.listings[0].expires_at, NOW + 1);
	scratch_db_execute(
		&ops, "UPDATE listing SET ended_at = 6, ended_id = 100 WHERE expires_at IS NULL");
	assert_finds("198.51.100.3", "");
	assert_finds("198.51.100.2", "ops 198.51.100.2");
}

static void tells_all_of_a_listing(void **state)
{
	(void)state;
	scratch_db_list(&ops, 3, "203.0.113.0/24", 1234, 0);
	scratch_db_execute(&ops, "UPDATE list SET action = 'tag' WHERE id = 3");
	find("203.0.113.9");
	assert_int_equal(found.count, 1);
	assert_string_equal(found.listings[0].list, "rss");
	assert_string_equal(found.listings[0].reason, "open proxy");
	assert_int_equal(found.listings[0].action, LIST_TAG);
	assert_int_equal(found.listings[0].listed_at, 1234);
	assert_true(found.listings[0].expires_at == CLOCK_NEVER);
	assert_int_equal(found.listings[0].evidence_id, 1);
}

static void lists_the_test_entries_by_rule(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "127.0.0.0/8", 5, 0);
	find("127.0.0.2");
	assert_int_equal(found.count, 6);
	find("::ffff:127.0.0.2");
	assert_int_equal(found.count, 6);
	assert_finds("127.0.0.1", "");
	assert_finds("127.0.0.3", "ops 127.0.0.0/8");
}

static void tells_what_exempts_a_listed_client(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "192.0.2.0/24", 5, 0);
	scratch_db_execute(&ops, "INSERT INTO change VALUES (101, 1, 'tester', 'exempt add', NULL, "
				 "NULL, 'a partner');"
				 "INSERT INTO exemption (network, prefix, added_id) VALUES"
				 " (x'00000000000000000000ffffc0000280', 121, 101)");
	find("192.0.2.129");
	assert_true(found.exempt);
	assert_string_equal(found.exempt_why, "a partner");
	find("192.0.2.1");
	assert_false(found.exempt);
	scratch_db_execute(&ops, "UPDATE exemption SET ended_id = 101");
	find("192.0.2.129");
	assert_false(found.exempt);
}

static void sees_a_change_at_the_next_look_up(void **state)
{
	(void)state;
	assert_finds("192.0.2.1", "");
	scratch_db_list(&ops, 1, "192.0.2.1", 5, 0);
	assert_finds("192.0.2.1", "ops 192.0.2.1");
	scratch_db_execute(&ops, "UPDATE listing SET ended_at = 6, ended_id = 100");
	assert_finds("192.0.2.1", "");
}

static void fails_while_the_file_is_away_and_works_when_it_is_back(void **state)
{
	char away[128];

	(void)state;
	scratch_db_list(&ops, 1, "192.0.2.1", 5, 0);
	assert_finds("192.0.2.1", "ops 192.0.2.1");
	snprintf(away, sizeof(away), "%s.away", ops.path);
	assert_int_equal(rename(ops.path, away), 0);
	usleep(150000); /* it is seen within a tenth of a second */
	assert_int_equal(try_find("192.0.2.1"), ERR_DB_MISSING);
	assert_int_equal(rename(away, ops.path), 0);
	assert_finds("192.0.2.1", "ops 192.0.2.1");
}

static void refuses_a_schema_that_became_newer(void **state)
{
	(void)state;
	assert_finds("192.0.2.1", "");
	scratch_db_execute(&ops, "CREATE TABLE later (id INTEGER); PRAGMA user_version = 99");
	/* The look-up that meets the change still runs; those after it know. */
	(void)!try_find("192.0.2.1");
	assert_int_equal(try_find("192.0.2.1"), ERR_DB_NEWER);
}

/* A network of a random length; addresses differ in few bits, so that networks nest and touch. */
static struct network random_network(void)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct addr addr = {{0x20, 0x01}};
	bool ipv4 = rand() % 2;

	for (size_t i = ipv4 ? 12 : 13; i < sizeof(addr.octets); i++)
		addr.octets[i] = (uint8_t)(rand() % 3 == 0 ? rand() : 0x80);
	if (ipv4)
		memcpy(addr.octets, mapped, sizeof(mapped));
	unsigned shortest = ipv4 ? NETWORK_IPV4_PREFIX : 0;
	return network_around(
		&addr, shortest + (unsigned)rand() % (NETWORK_MAX_PREFIX - shortest + 1));
}

#define RANDOM_NETWORKS 400
#define RANDOM_LOOKUPS 20000

static void agrees_with_a_naive_search_over_random_networks(void **state)
{
	static struct network networks[RANDOM_NETWORKS];
	size_t count = 0;

	(void)state;
	srand(1);
	scratch_db_execute(&ops, "BEGIN");
	for (size_t i = 0; i < RANDOM_NETWORKS; i++) {
		char text[NETWORK_TEXT_SIZE];
		struct network network = random_network();
		bool seen = false;
		for (size_t j = 0; j < count; j++)
			seen = seen || network_compare(&networks[j], &network) == 0;
		if (seen)
			continue;
		network_format(&network, text);
		scratch_db_list(&ops, 1, text, 5, 0);
		networks[count++] = network;
	}
	scratch_db_execute(&ops, "COMMIT");
	for (size_t i = 0; i < RANDOM_LOOKUPS; i++) {
		char address[ADDR_TEXT_SIZE];
		struct addr addr = random_network().addr;
		const struct network *best = NULL;
		for (size_t j = 0; j < count; j++) {
			if (network_contains(&networks[j], &addr) &&
				(best == NULL || networks[j].prefix > best->prefix))
				best = &networks[j];
		}
		addr_format(&addr, address);
		find(address);
		assert_int_equal(found.count, best != NULL);
		if (best != NULL)
			assert_int_equal(network_compare(&found.listings[0].network, best), 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ops, close_ops)
	const struct CMUnitTest tests[] = {
		TEST(finds_the_most_specific_network_of_a_list),
		TEST(finds_each_list_once_most_specific_first),
		TEST(keeps_the_two_address_families_apart),
		TEST(passes_over_listings_that_ended_or_expired),
		TEST(tells_all_of_a_listing),
		TEST(lists_the_test_entries_by_rule),
		TEST(tells_what_exempts_a_listed_client),
		TEST(sees_a_change_at_the_next_look_up),
		TEST(fails_while_the_file_is_away_and_works_when_it_is_back),
		TEST(refuses_a_schema_that_became_newer),
		TEST(agrees_with_a_naive_search_over_random_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
