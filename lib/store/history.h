/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stdint.h>

#include "base/addr.h"

struct db;

/*
 * A row of the append-only history: what was done, by whom and why. Every other writing function
 * takes one and puts it on record in the same transaction as what it does.
 */
struct change {
	int64_t at;
	const char *who;     /* not empty */
	const char *what;    /* "add", "remove", "list set" … */
	const char *why;     /* may be empty */
	const char *address; /* canonical; NULL: about many, or about none */
	int list_id;         /* 0: about no list */
};

/* id_r may be NULL. */
int history_add(struct db *db, const struct change *change, int64_t *id_r)
	__attribute__((warn_unused_result));

/* Something that happened to an address. Strings last for the call. */
struct history_event {
	int64_t at;
	const char *who;
	const char *what;       /* "add", "import", "expire", "test closed" … */
	struct network network; /* that was listed or exempted; of requests and tests the address */
	const char *list;       /* empty: of no list */
	int64_t evidence_id;    /* 0: none */
	const char *why;
};

/*
 * Gives all that ever happened to an address until now, the oldest first: each listing that covers
 * it, an import's too, from its beginning to its end, exemptions, requests and tests.
 */
int history_each(struct db *db, const struct addr *addr, int64_t now,
	void (*take)(void *context, const struct history_event *event), void *context)
	__attribute__((warn_unused_result));

/* When the newest change was put on record. */
int history_newest(struct db *db, int64_t *at_r) __attribute__((warn_unused_result));

#endif
