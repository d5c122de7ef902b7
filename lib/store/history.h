/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stdint.h>

#include "base/network.h"

struct db;

/*
 * A row of the append-only history: what was done, who did it and why. Every other function that
 * writes takes a change and records it in the same transaction.
 */
struct change {
	int64_t at;
	const char *who;     /* never empty */
	const char *what;    /* "add", "remove", "list set" … */
	const char *why;     /* "" for none */
	const char *address; /* canonical; NULL: about several, or about none */
	int list_id;         /* 0: about no list */
};

/* Adds a change; *id_r is its number. id_r may be NULL. */
int history_add(struct db *db, const struct change *change, int64_t *id_r)
	__attribute__((warn_unused_result));

/* Adds a change about a network (NULL: about none) and a list (0: about none), in place of what the
 * change says of both. */
int history_add_about(struct db *db, const struct network *network, int list_id,
	const struct change *change, int64_t *id_r) __attribute__((warn_unused_result));

/* Something that happened to an address. Strings are valid during the call. */
struct history_event {
	int64_t at;
	const char *who;
	const char *what;       /* "add", "import", "expire", "test closed" … */
	struct network network; /* listed or exempted; of requests and tests, the address */
	const char *list;       /* "": of no list */
	int64_t evidence_id;    /* 0: none */
	const char *why;
};

/*
 * Gives everything that happened to an address until now to `take`, the oldest first: the start and
 * end of each listing that covers it (also of imports), exemptions, requests and tests.
 */
int history_each(struct db *db, const struct addr *addr, int64_t now,
	void (*take)(void *context, const struct history_event *event), void *context)
	__attribute__((warn_unused_result));

/* The time of the newest change; 0: there is none. */
int history_newest(struct db *db, int64_t *at_r) __attribute__((warn_unused_result));

#endif
