/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stdint.h>

#include "base/addr.h"

struct db;

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
