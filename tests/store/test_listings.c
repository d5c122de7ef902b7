/* SPDX-License-Identifier: BSD-2-Clause */
/* Adding and ending listings. */
#include "store/listings.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/batch.h"
#include "tests/store/admin_db.h"

static struct listing existing;

static int add(int list_id, const char *network, int64_t expires_at)
{
	struct listing listing = {
		.list_id = list_id,
		.network = a_network(network),
		.reason = "open proxy",
		.expires_at = expires_at,
	};
	struct evidence evidence = {.at = NOW, .who = "tester", .kind = "note", .source = "x"};
	struct change change = a_change("add");

	evidence_set_body(&evidence, "seen", 4);
	return listings_add(admin, &listing, &evidence, &change, &existing);
}

static int end(int list_id, const char *string, int64_t at)
{
	struct network network = a_network(string);
	struct change change = a_change("remove");

	change.at = at;
	return listings_end(admin, list_id, &network, &change);
}

static void a_listing_has_its_change_and_evidence(void **state)
{
	(void)state;
	assert_int_equal(add(1, "198.18.7.9", CLOCK_NEVER), ERR_NONE);
	assert_int_equal(
		scratch_db_int(&ops,
			"SELECT count(*) FROM listing JOIN change ON change.id = added_id JOIN "
			"evidence ON"
			" evidence.id = evidence_id WHERE change.address = '198.18.7.9' AND "
			"change.list_id = listing.list_id"
			" AND listed_at = 1000000 AND expires_at IS NULL AND body = x'7365656e'"),
		1);
}

static void a_reason_is_kept_once(void **state)
{
	(void)state;
	assert_int_equal(add(1, "198.18.7.9", CLOCK_NEVER), ERR_NONE);
	assert_int_equal(add(2, "198.18.7.9", CLOCK_NEVER), ERR_NONE);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM reason"), 1);
}

static void one_in_force_stays_and_is_given_back(void **state)
{
	(void)state;
	assert_int_equal(add(1, "198.18.7.9", NOW + 60), ERR_NONE);
	assert_int_equal(add(1, "198.18.7.9", CLOCK_NEVER), ERR_EXISTS);
	assert_int_equal(existing.expires_at, NOW + 60);
	assert_string_equal(existing.list, "ops");
	/* Neither the change nor the evidence of the second one is left behind. */
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'add' AND id > 100"),
		1);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM evidence WHERE id > 1"), 1);
}

static void an_expired_one_makes_room_and_ends_when_it_expired(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "198.18.7.9", 10, NOW);
	assert_int_equal(add(1, "198.18.7.9", CLOCK_NEVER), ERR_NONE);
	assert_int_equal(
		scratch_db_int(&ops,
			"SELECT count(*) FROM listing JOIN change ON change.id = ended_id"
			" WHERE ended_at = expires_at AND what = 'expire' AND who = 'opsmilter'"),
		1);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM listing WHERE ended_at IS NULL"), 1);
}

static void a_listing_that_ended_is_kept_and_ends_once(void **state)
{
	(void)state;
	assert_int_equal(add(1, "198.18.7.9", CLOCK_NEVER), ERR_NONE);
	assert_int_equal(end(2, "198.18.7.9", NOW), ERR_NOT_FOUND);
	assert_int_equal(end(1, "198.18.7.9", NOW), ERR_NONE);
	assert_int_equal(end(1, "198.18.7.9", NOW), ERR_NOT_FOUND);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'remove'"), 1);
	assert_int_equal(add(1, "198.18.7.9", CLOCK_NEVER), ERR_NONE);
}

static void an_expired_listing_is_not_there_to_be_ended(void **state)
{
	(void)state;
	assert_int_equal(add(1, "198.18.7.9", NOW + 60), ERR_NONE);
	assert_int_equal(end(1, "198.18.7.9", NOW + 60), ERR_NOT_FOUND);
}

static void a_clock_that_was_set_back_ends_no_listing_before_its_beginning(void **state)
{
	(void)state;
	assert_int_equal(add(1, "198.18.7.9", CLOCK_NEVER), ERR_NONE);
	assert_int_equal(end(1, "198.18.7.9", NOW - 60), ERR_NONE);
	assert_int_equal(scratch_db_int(&ops, "SELECT ended_at FROM listing"), NOW);
}

static void assert_related(const char *string, const char *expected)
{
	char buffer[512], network_text[NETWORK_TEXT_SIZE];
	struct network network = a_network(string);
	struct text text = TEXT_OVER(buffer);
	struct listing related[8];
	size_t count;

	assert_int_equal(
		listings_find_related(admin, &network, NOW, related, COUNT_OF(related), &count),
		ERR_NONE);
	for (size_t i = 0; i < count; i++) {
		network_format(&related[i].network, network_text);
		text_add_format(&text, "%s ", network_text);
	}
	assert_string_equal(buffer, expected);
}

static void related_are_those_around_and_those_inside(void **state)
{
	(void)state;
	scratch_db_list(&ops, 1, "198.18.0.0/16", 1, 0);
	scratch_db_list(&ops, 1, "198.18.7.0/24", 1, 0);
	scratch_db_list(&ops, 2, "198.18.7.9", 1, 0);
	scratch_db_list(&ops, 1, "198.18.8.0", 1, 0);
	scratch_db_list(&ops, 1, "198.18.7.10", 1, NOW);
	scratch_db_list(&ops, 1, "::/8", 1, 0);
	scratch_db_list(&ops, 1, "2600::/32", 1, 0);
	scratch_db_list(&ops, 1, "198.18.9.0/24", 1, 0);
	assert_related("198.18.7.9", "198.18.0.0/16 198.18.7.0/24 198.18.7.9 ");
	assert_related("198.18.0.0/15",
		"198.18.0.0/16 198.18.7.0/24 198.18.7.9 198.18.8.0 198.18.9.0/24 ");
	assert_related("198.18.6.0/23", "198.18.0.0/16 198.18.7.0/24 198.18.7.9 ");
	assert_related("198.18.7.10", "198.18.0.0/16 198.18.7.0/24 ");
	assert_related("198.19.0.0/16", "");
	assert_related("::/0", "::/8 2600::/32 ");
}

static void the_nearest_are_found_when_there_is_room_for_few(void **state)
{
	struct network network = a_network("198.18.7.9");
	struct listing related[2];
	size_t count;

	(void)state;
	scratch_db_list(&ops, 1, "198.18.0.0/16", 1, 0);
	scratch_db_list(&ops, 1, "198.18.4.0/22", 1, 0);
	scratch_db_list(&ops, 1, "198.18.7.0/24", 1, 0);
	scratch_db_list(&ops, 2, "198.18.7.9", 1, 0);
	assert_int_equal(listings_find_related(admin, &network, NOW, related, 2, &count), ERR_NONE);
	assert_int_equal(count, 2);
	assert_int_equal(related[0].network.prefix, 96 + 24);
	assert_int_equal(related[1].network.prefix, 96 + 32);
}

static void a_list_is_read_without_what_expired_ended_or_is_on_another(void **state)
{
	struct batch batch = {.count = 0};

	(void)state;
	scratch_db_list(&ops, 1, "198.18.7.10", 1, 0);
	scratch_db_list(&ops, 1, "198.18.7.9", 1, NOW + 1);
	scratch_db_list(&ops, 1, "198.18.7.11", 1, NOW);
	scratch_db_list(&ops, 2, "198.18.7.12", 1, 0);
	assert_int_equal(end(1, "198.18.7.10", NOW), ERR_NONE);
	assert_int_equal(listings_read(admin, 1, NOW, &batch), ERR_NONE);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.entries[0].expires_at, NOW + 1);
	assert_string_equal(batch.reasons[batch.entries[0].reason], "open proxy");
	batch_clear(&batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(a_listing_has_its_change_and_evidence),
		WITH_ADMIN(a_reason_is_kept_once),
		WITH_ADMIN(one_in_force_stays_and_is_given_back),
		WITH_ADMIN(an_expired_one_makes_room_and_ends_when_it_expired),
		WITH_ADMIN(a_listing_that_ended_is_kept_and_ends_once),
		WITH_ADMIN(an_expired_listing_is_not_there_to_be_ended),
		WITH_ADMIN(a_clock_that_was_set_back_ends_no_listing_before_its_beginning),
		WITH_ADMIN(related_are_those_around_and_those_inside),
		WITH_ADMIN(the_nearest_are_found_when_there_is_room_for_few),
		WITH_ADMIN(a_list_is_read_without_what_expired_ended_or_is_on_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
