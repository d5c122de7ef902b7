/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_STORE_ADMIN_DB_H
#define TESTS_STORE_ADMIN_DB_H

#include "base/err.h"
#include "store/db.h"
#include "store/evidence.h"
#include "store/history.h"
#include "store/listings.h"
#include "store/migrate.h"
#include "tests/store/scratch_db.h"
#include "tests/support/unit.h"

#define NOW 1000000

/* A scratch database of listings, and the administrator's connection to it. */
static struct scratch_db ops;
static struct db *admin;

static inline int open_admin(void **state)
{
	static const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_ADMIN, .writable = true, .wait_msecs = 1000};

	(void)state;
	scratch_db_open(&ops, DB_OPS);
	return store_open(ops.path, &options, &admin, NULL);
}

static inline int close_admin(void **state)
{
	(void)state;
	db_close(&admin);
	scratch_db_close(&ops);
	return 0;
}

static inline struct change a_change(const char *what)
{
	return (struct change){.at = NOW, .who = "tester", .what = what, .why = "a test"};
}

static inline struct network a_network(const char *string)
{
	struct network network;

	assert_int_equal(network_parse(string, &network), 0);
	return network;
}

/* Lists a network with its own piece of evidence, whose number it returns. */
static inline int64_t list_network(const char *string, int64_t at, int64_t expires_at)
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

static inline void unlist_network(const char *string, int64_t at)
{
	struct network network = a_network(string);
	struct change change = a_change("remove");

	change.at = at;
	assert_int_equal(listings_end(admin, 1, &network, &change), ERR_NONE);
}

#define WITH_ADMIN(test) cmocka_unit_test_setup_teardown(test, open_admin, close_admin)

#endif
