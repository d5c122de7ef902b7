/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HITS_H
#define STORE_HITS_H

#include <stdint.h>

#include "base/network.h"

struct db;

/* A row of the hit log: the columns of the view `hits`. Strings are valid during the call. */
struct hit_row {
	int64_t id;
	int64_t at;
	const char *client;
	const char *client_name;
	const char *helo;
	const char *mail_from;
	const char *rcpt_to;
	const char *list;
	const char *network;
	const char *reason;
	int64_t listed_at;
	const char *stage;
	const char *action;
	const char *reply;
	const char *ref;
	const char *mta;
	const char *queue_id;
};

typedef void hits_take(void *context, const struct hit_row *row);

/* Which hits to read. */
struct hits_filter {
	int64_t since;                 /* the first second */
	int64_t until;                 /* the last one */
	const struct network *network; /* NULL: of any client */
	const char *list;              /* NULL: on any list */
	int64_t limit;                 /* at most this many; negative: all */
};

/* Gives the hits to `take`, newest first. */
int hits_each(struct db *db, const struct hits_filter *filter, hits_take *take, void *context)
	__attribute__((warn_unused_result));

/* Gives the hit of a reference, as people type it, to `take`. ERR_SYNTAX: not a reference;
 * ERR_NOT_FOUND. */
int hits_find(struct db *db, const char *ref, hits_take *take, void *context)
	__attribute__((warn_unused_result));

/* The time of the newest hit; 0: there is none. */
int hits_newest(struct db *db, int64_t *at_r) __attribute__((warn_unused_result));

/* What hits are counted by. */
enum hits_group { HITS_BY_DAY, HITS_BY_LIST, HITS_BY_NETWORK, HITS_BY_SENDER_DOMAIN };

/* The counts of one group. `other`: the mail was accepted, or the client left. */
struct hits_count {
	const char *key; /* the day as 2026-11-20, the list, the network, the domain */
	int64_t hits;
	int64_t refused;
	int64_t deferred;
	int64_t other;
	int64_t clients;
};

/*
 * Gives the counts of the hits from since to until to `take`: all days in order, or at most `limit`
 * of the other groups, those with the most hits first. A sender domain is in lower case; "<>" is
 * the empty sender, "" one that the client did not give.
 */
int hits_count(struct db *db, enum hits_group group, int64_t since, int64_t until, int64_t limit,
	void (*take)(void *context, const struct hits_count *count), void *context)
	__attribute__((warn_unused_result));

/* Gives each day since a time, counted from 1970-01-01, on which a client was refused or deferred.
 */
int hits_count_client_by_day(struct db *db, const struct addr *client, int64_t since,
	void (*take)(void *context, int64_t day, int64_t hits), void *context)
	__attribute__((warn_unused_result));

/* Counts the hits after row *last, by list and action, and sets *last to the last row counted, so
 * that the next call counts only what is new. */
int hits_count_after(struct db *db, int64_t *last,
	void (*take)(void *context, const char *list, const char *action, int64_t hits),
	void *context) __attribute__((warn_unused_result));

/* Hits deleted in one transaction, during which the filter's writer waits. */
#define HITS_PURGE_BATCH 2000

/* Deletes the oldest hits from before a time, at most HITS_PURGE_BATCH. *deleted_r is how many: 0
 * after an error, and fewer than HITS_PURGE_BATCH when none are left. */
int hits_purge_some(struct db *hits, int64_t before, int64_t *deleted_r)
	__attribute__((warn_unused_result));

#endif
