/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_CHANGES_H
#define STORE_CHANGES_H

#include <stdint.h>

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
int change_add(struct db *db, const struct change *change, int64_t *id_r)
	__attribute__((warn_unused_result));

#endif
