/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks an address up in the listings and exemptions: what happens at each connection. */
#include "store/lookup.h"

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/listings.h"
#include "store/lists.h"
#include "store/pool.h"

/* A reader of a database in WAL mode waits for a lock only while another program recovers it. */
#define WAIT_MSECS 1000

static void read_exemption(struct statement *row, void *result_r)
{
	struct lookup *lookup_r = result_r;

	lookup_r->exempt = true;
	lookup_r->exempt_network.addr = db_addr(row, 0);
	lookup_r->exempt_network.prefix = (uint8_t)db_int(row, 1);
	text_copy(lookup_r->exempt_why, sizeof(lookup_r->exempt_why), db_text(row, 2));
}

/* Only for the prefix lengths of the address's family, as IPv4 addresses have IPv6 bits in front.
 */
static int find_exemption(struct db *db, const struct addr *addr, struct lookup *lookup_r)
{
	struct statement *row = db_begin(db, FIND_EXEMPTION);

	db_bind_addr(row, 1, addr);
	db_bind_int(row, 2, addr_is_ipv4(addr) ? NETWORK_IPV4_PREFIX : 0);
	db_bind_int(row, 3, NETWORK_MAX_PREFIX);
	int err = db_read_one(row, read_exemption, lookup_r);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

/* The last network at or before the address, of the lengths from shortest to longest. 1: found; 0:
 * there is none; negative: failed. */
static int find_nearest(struct db *db, const struct addr *addr, int shortest, int longest,
	struct network *network_r)
{
	struct statement *row = db_begin(db, NEAREST_LISTING);

	db_bind_addr(row, 1, addr);
	db_bind_int(row, 2, shortest);
	db_bind_int(row, 3, longest);
	int more = db_step(row);
	if (more <= 0)
		return more;
	int64_t prefix = db_int(row, 1);
	network_r->addr = db_addr(row, 0);
	network_r->prefix = (uint8_t)prefix;
	db_finish(row);
	return prefix >= 0 && prefix <= NETWORK_MAX_PREFIX ? 1 : ERR_DB_CORRUPT;
}

/* Adds the listings of one network, except on lists where a more specific one was found. */
static int add_listings(struct db *db, const struct network *network, int64_t now,
	uint64_t *lists_seen, struct lookup *lookup_r)
{
	struct statement *row = db_begin(db, FIND_LISTINGS);
	int more;

	db_bind_addr(row, 1, &network->addr);
	db_bind_int(row, 2, network->prefix);
	db_bind_int(row, 3, now);
	while ((more = db_step(row)) > 0) {
		uint64_t list_bit = UINT64_C(1) << (db_int(row, 1) & (LISTS_MAX - 1));
		if (*lists_seen & list_bit)
			continue;
		*lists_seen |= list_bit;
		listings_read_row(row, &lookup_r->listings[lookup_r->count++]);
	}
	return more;
}

/*
 * Two networks either nest or have no address in common. Let N be the last network that begins at
 * or before the address. If N does not contain the address, a network that does contains N too, so
 * its prefix is at most as long as the bits that N and the address share. If N contains the
 * address, the others that do are shorter than N. Either way the search continues with a shorter
 * length. It takes few steps, as each halves the space, or more.
 */
static int find_listings(
	struct db *db, const struct addr *addr, int64_t now, struct lookup *lookup_r)
{
	int shortest = addr_is_ipv4(addr) ? NETWORK_IPV4_PREFIX : 0;
	int longest = NETWORK_MAX_PREFIX;
	uint64_t lists_seen = 0;
	struct network nearest;
	int more = 1;

	while (longest >= shortest) {
		more = find_nearest(db, addr, shortest, longest, &nearest);
		if (more <= 0)
			return more;
		int shared = (int)addr_shared_prefix(&nearest.addr, addr);
		if (network_contains(&nearest, addr)) {
			more = add_listings(db, &nearest, now, &lists_seen, lookup_r);
			if (more < 0)
				return more;
			shared = nearest.prefix - 1;
		}
		longest = shared < longest ? shared : longest - 1;
	}
	return ERR_NONE;
}

static int find_in_snapshot(
	struct db *db, const struct addr *addr, int64_t now, struct lookup *lookup_r)
{
	int err = db_begin_read(db);

	if (err == ERR_NONE)
		err = find_listings(db, addr, now, lookup_r);
	if (err == ERR_NONE && lookup_r->count > 0)
		err = find_exemption(db, addr, lookup_r);
	return db_end(db, err);
}

static int list_test_entry(struct db *db, const struct addr *addr, struct lookup *lookup_r)
{
	struct lists lists;
	int err = lists_read(db, &lists);

	for (size_t i = 0; err == ERR_NONE && i < lists.count; i++)
		lookup_r->listings[lookup_r->count++] = listing_of_test_entry(&lists.lists[i]);
	return err == ERR_NONE ? find_exemption(db, addr, lookup_r) : err;
}

int lookup_in(struct db *db, const struct addr *addr, int64_t now, struct lookup *lookup_r)
{
	enum test_entry entry = listing_test_entry(addr);
	int err = ERR_NONE;

	lookup_r->count = 0;
	lookup_r->exempt = false;
	if (entry == TEST_ENTRY_LISTED)
		err = list_test_entry(db, addr, lookup_r);
	else if (entry == TEST_ENTRY_NONE)
		err = find_in_snapshot(db, addr, now, lookup_r);
	if (err != ERR_NONE)
		lookup_r->count = 0;
	return err;
}

bool lookup_has_list(const struct lookup *lookup, int list_id)
{
	for (size_t i = 0; i < lookup->count; i++) {
		if (lookup->listings[i].list_id == list_id)
			return true;
	}
	return false;
}

int lookup_pool_new(const char *path, struct pool **pool_r)
{
	const struct db_options options = {
		.kind = DB_OPS, .role = ROLE_FILTER, .wait_msecs = WAIT_MSECS};

	/* A look-up takes microseconds, so a few connections serve hundreds of sessions; each keeps
	 * up to 2 MB of the database's pages. */
	return pool_new(path, &options, POOL_MAX, pool_r);
}

int lookup_in_pool(struct pool *pool, const struct addr *addr, int64_t now, struct lookup *lookup_r,
	struct text *message_r)
{
	struct db *db;
	int err = pool_lend(pool, &db, message_r);

	lookup_r->count = 0;
	if (err != ERR_NONE)
		return err;
	err = lookup_in(db, addr, now, lookup_r);
	db_explain(db, err, message_r);
	pool_return(pool, &db, err);
	return err;
}
