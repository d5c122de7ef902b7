/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/lookup.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "store/db.h"
#include "store/listings.h"
#include "store/migrate.h"

/* A reader of a database in WAL mode waits for a lock only while another program recovers it. */
#define WAIT_MSECS 1000

/*
 * Connections at most: a look-up is over in microseconds, so a few serve hundreds of sessions, and
 * each keeps up to 2 MB of the database's pages.
 */
#define HANDLES_MAX 8

/* For how long a database that was deleted or replaced may go on answering. */
#define FILE_CHECK_MSECS 100

struct handle {
	struct handle *next;
	struct db *db;
};

struct lookup_pool {
	pthread_mutex_t mutex;     /* guards all below but path */
	pthread_cond_t given_back; /* a connection is idle, or one may be opened */
	struct handle *idle;
	unsigned count; /* connections that are idle or borrowed */
	bool failing;   /* the last look-up failed: the next ones do not wait for a lock */
	char path[];
};

/* The prefix lengths that the networks around an address can have: IPv4 and IPv6 are apart. */
static void bind_family(struct statement *statement, const struct addr *addr)
{
	db_bind_addr(statement, 1, addr);
	db_bind_int(statement, 2, addr_is_ipv4(addr) ? NETWORK_IPV4_PREFIX : 0);
	db_bind_int(statement, 3, NETWORK_MAX_PREFIX);
}

static int find_exemption(struct db *db, const struct addr *addr, struct lookup *lookup_r)
{
	struct statement *row = db_begin(db, FIND_EXEMPTION);

	bind_family(row, addr);
	int more = db_step(row);
	if (more <= 0)
		return more;
	lookup_r->exempt = true;
	lookup_r->exempt_network.addr = db_addr(row, 0);
	lookup_r->exempt_network.prefix = (uint8_t)db_int(row, 1);
	text_copy(lookup_r->exempt_why, sizeof(lookup_r->exempt_why), db_text(row, 2));
	db_finish(row);
	return ERR_NONE;
}

/* 1 and the network that NEAREST_LISTING finds; 0: none; negative: failed. */
static int find_nearest(struct db *db, const struct addr *addr, unsigned shortest, unsigned longest,
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

/* Adds what one network is listed on, but for the lists that a more specific one was found on. */
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
 * Networks nest and never overlap otherwise. So when the last network N that begins at or before an
 * address does not hold it, a wider one that does must hold N too, and is at most as long as the
 * bits that N and the address share; when N does hold it, the others that do are shorter than N.
 * Either way the search goes on with a shorter length, and in few steps: each halves the space, or
 * more.
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
		more = find_nearest(db, addr, (unsigned)shortest, (unsigned)longest, &nearest);
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

/* All in one snapshot of the database. */
static int find_in_snapshot(
	struct db *db, const struct addr *addr, int64_t now, struct lookup *lookup_r)
{
	int err = db_begin_read(db);

	if (err == ERR_NONE)
		err = find_listings(db, addr, now, lookup_r);
	if (err == ERR_NONE && lookup_r->count > 0)
		err = find_exemption(db, addr, lookup_r);
	if (err == ERR_NONE)
		err = db_commit(db);
	if (err != ERR_NONE)
		db_rollback(db);
	return err;
}

static int list_test_entry(struct db *db, const struct addr *addr, struct lookup *lookup_r)
{
	struct statement *row = db_begin(db, ALL_LISTS);
	int more;

	while ((more = db_step(row)) > 0 && lookup_r->count < LISTS_MAX) {
		struct list list = {.id = (int)db_int(row, 0), .action = LIST_LOG};
		text_copy(list.name, sizeof(list.name), db_text(row, 1));
		(void)list_action_parse(db_text(row, 3), &list.action);
		lookup_r->listings[lookup_r->count++] = listing_of_test_entry(&list);
	}
	db_finish(row);
	return more < 0 ? more : find_exemption(db, addr, lookup_r);
}

int lookup_in(struct db *db, const struct addr *addr, int64_t now, struct lookup *lookup_r)
{
	int err = ERR_NONE;

	lookup_r->count = 0;
	lookup_r->exempt = false;
	switch (listing_test_entry(addr)) {
	case TEST_ENTRY_UNLISTED:
		return ERR_NONE;
	case TEST_ENTRY_LISTED:
		err = list_test_entry(db, addr, lookup_r);
		break;
	case TEST_ENTRY_NONE:
		err = find_in_snapshot(db, addr, now, lookup_r);
		break;
	}
	if (err != ERR_NONE)
		lookup_r->count = 0;
	return err;
}

int lookup_pool_new(const char *path, struct lookup_pool **pool_r)
{
	size_t size = strlen(path) + 1;
	struct lookup_pool *pool = calloc(1, sizeof(*pool) + size);

	*pool_r = NULL;
	if (pool == NULL)
		return ERR_MEMORY;
	if (pthread_mutex_init(&pool->mutex, NULL) != 0 ||
		pthread_cond_init(&pool->given_back, NULL) != 0) {
		free(pool);
		return ERR_MEMORY;
	}
	memcpy(pool->path, path, size);
	*pool_r = pool;
	return ERR_NONE;
}

static void handle_free(struct handle *handle)
{
	db_close(&handle->db);
	free(handle);
}

void lookup_pool_free(struct lookup_pool **pool)
{
	if (*pool == NULL)
		return;
	while ((*pool)->idle != NULL) {
		struct handle *handle = (*pool)->idle;
		(*pool)->idle = handle->next;
		handle_free(handle);
	}
	pthread_cond_destroy(&(*pool)->given_back);
	pthread_mutex_destroy(&(*pool)->mutex);
	free(*pool);
	*pool = NULL;
}

/* Borrows a connection, or the right to open one: NULL then. Waits while all are in use. */
static struct handle *borrow(struct lookup_pool *pool, bool *failing_r)
{
	pthread_mutex_lock(&pool->mutex);
	while (pool->idle == NULL && pool->count == HANDLES_MAX)
		pthread_cond_wait(&pool->given_back, &pool->mutex);
	struct handle *handle = pool->idle;
	if (handle != NULL)
		pool->idle = handle->next;
	else
		pool->count++;
	*failing_r = pool->failing;
	pthread_mutex_unlock(&pool->mutex);
	return handle;
}

/* Gives a connection back, or after a failure, with NULL, the right to open one. */
static void give_back(struct lookup_pool *pool, struct handle *handle)
{
	pthread_mutex_lock(&pool->mutex);
	if (handle != NULL) {
		handle->next = pool->idle;
		pool->idle = handle;
	} else {
		pool->count--;
	}
	pool->failing = handle == NULL;
	pthread_cond_signal(&pool->given_back);
	pthread_mutex_unlock(&pool->mutex);
}

static int open_handle(
	struct lookup_pool *pool, bool failing, struct handle **handle_r, struct text *message_r)
{
	struct db_options options = {
		.kind = DB_OPS,
		.role = ROLE_FILTER,
		.wait_msecs = failing ? 0 : WAIT_MSECS,
	};
	struct handle *handle = calloc(1, sizeof(*handle));

	if (handle == NULL) {
		text_add(message_r, err_text(ERR_MEMORY));
		return ERR_MEMORY;
	}
	int err = store_open(pool->path, &options, &handle->db, message_r);
	if (err != ERR_NONE) {
		free(handle);
		return err;
	}
	*handle_r = handle;
	return ERR_NONE;
}

static void drop_stale(struct handle **handle)
{
	if (*handle == NULL || !db_is_stale((*handle)->db, FILE_CHECK_MSECS))
		return;
	handle_free(*handle);
	*handle = NULL;
}

int lookup_pool_find(struct lookup_pool *pool, const struct addr *addr, int64_t now,
	struct lookup *lookup_r, struct text *message_r)
{
	bool failing;
	struct handle *handle = borrow(pool, &failing);
	int err = ERR_NONE;

	lookup_r->count = 0;
	drop_stale(&handle);
	if (handle == NULL)
		err = open_handle(pool, failing, &handle, message_r);
	if (err == ERR_NONE) {
		db_set_wait(handle->db, failing ? 0 : WAIT_MSECS);
		err = lookup_in(handle->db, addr, now, lookup_r);
		if (err != ERR_NONE) {
			text_add_format(message_r, "%s: %s (%s)", pool->path, err_text(err),
				db_error(handle->db));
			handle_free(handle);
			handle = NULL;
		}
	}
	give_back(pool, handle);
	return err;
}
