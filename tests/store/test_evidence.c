/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence: any octets, their checksum, and purging. */
#include "store/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "tests/store/admin_db.h"

static int64_t add(const void *octets, size_t length)
{
	struct evidence evidence = {
		.at = NOW, .who = "tester", .kind = "file", .source = "spam.eml"};
	int64_t id;

	evidence_set_body(&evidence, octets, length);
	assert_int_equal(evidence_add(admin, &evidence, &id), ERR_NONE);
	return id;
}

static void any_octets_come_back_as_they_were(void **state)
{
	uint8_t octets[512];
	struct evidence *evidence;

	(void)state;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)i;
	int64_t id = add(octets, sizeof(octets));
	assert_int_equal(evidence_get(admin, id, &evidence), ERR_NONE);
	assert_int_equal(evidence->id, id);
	assert_int_equal(evidence->octets, sizeof(octets));
	assert_memory_equal(evidence->body, octets, sizeof(octets));
	assert_string_equal(evidence->source, "spam.eml");
	assert_string_equal(evidence->who, "tester");
	assert_int_equal(evidence->purged_at, CLOCK_NEVER);
	evidence_free(&evidence);
	assert_null(evidence);
	evidence_free(&evidence);
}

/* FIPS 180-4's own example. */
static void the_checksum_is_sha256(void **state)
{
	struct evidence evidence;

	(void)state;
	evidence_set_body(&evidence, "abc", 3);
	assert_string_equal(evidence.sha256,
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void the_largest_body_is_kept_whole(void **state)
{
	char *octets = calloc(1, EVIDENCE_MAX);
	struct evidence *evidence;

	(void)state;
	assert_int_equal(evidence_get(admin, add(octets, EVIDENCE_MAX), &evidence), ERR_NONE);
	assert_int_equal(evidence->octets, EVIDENCE_MAX);
	evidence_free(&evidence);
	free(octets);
}

static void purged_evidence_has_no_body_but_its_checksum(void **state)
{
	struct evidence *evidence;
	int64_t id = add("abc", 3);

	(void)state;
	scratch_db_execute(
		&ops, "UPDATE evidence SET body = NULL, purged_at = 5 WHERE source = 'spam.eml'");
	assert_int_equal(evidence_get(admin, id, &evidence), ERR_NONE);
	assert_null(evidence->body);
	assert_int_equal(evidence->octets, 3);
	assert_int_equal(evidence->purged_at, 5);
	evidence_free(&evidence);
}

static void what_is_not_there_or_not_allowed_is_refused(void **state)
{
	struct evidence bad = {.at = NOW, .who = "tester", .kind = "rumour", .source = "x"};
	struct evidence *evidence;
	int64_t id;

	(void)state;
	assert_int_equal(evidence_get(admin, 99, &evidence), ERR_NOT_FOUND);
	assert_null(evidence);
	evidence_set_body(&bad, "x", 1);
	assert_int_equal(evidence_add(admin, &bad, &id), ERR_REFUSED);
	assert_int_equal(id, 0);
}

static void a_purge_deletes_bodies_unless_a_listing_in_force_refers_to_them(void **state)
{
	(void)state;
	struct change change = a_change("purge");
	int64_t purged;
	int64_t ended = list_network("198.18.7.1", NOW, NOW + 5000);
	int64_t expired = list_network("198.18.7.2", NOW, NOW + 50);
	int64_t later = list_network("198.18.7.3", NOW, NOW + 50);
	list_network("198.18.7.4", NOW, NOW + 5000);
	list_network("198.18.7.5", NOW + 90, NOW + 99);
	unlist_network("198.18.7.1", NOW + 20);
	/* Evidence of a listing that ended, and of one in force. */
	scratch_db_execute(
		&ops, "INSERT INTO listing_evidence SELECT 4, max(id) - 2 FROM evidence");
	change.at = NOW + 100;

	assert_int_equal(evidence_purge(admin, NOW + 80, &change, &purged), ERR_NONE);
	/* Those two, and the one that each scratch database has. */
	assert_int_equal(purged, 3);
	assert_int_equal(scratch_db_int(&ops, "SELECT sum(id) FROM evidence WHERE body IS NULL"),
		1 + ended + expired);
	assert_int_equal(scratch_db_int(&ops, "SELECT max(id) - 2 FROM evidence"), later);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM evidence WHERE octets = 4"), 5);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'purge'"), 1);
	/* Nothing is left to delete, so nothing more is recorded. */
	assert_int_equal(evidence_purge(admin, NOW + 80, &change, &purged), ERR_NONE);
	assert_int_equal(purged, 0);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM change WHERE what = 'purge'"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(any_octets_come_back_as_they_were),
		cmocka_unit_test(the_checksum_is_sha256),
		WITH_ADMIN(the_largest_body_is_kept_whole),
		WITH_ADMIN(purged_evidence_has_no_body_but_its_checksum),
		WITH_ADMIN(a_purge_deletes_bodies_unless_a_listing_in_force_refers_to_them),
		WITH_ADMIN(what_is_not_there_or_not_allowed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
