/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_DATABASES_H
#define WEB_DATABASES_H

#include <stdint.h>

struct db;
struct databases;
struct text;

/* Connections that are lent to a visit; NULL: not needed. */
struct database_pair {
	struct db *ops;
	struct db *hits;
};

/* Pools of connections to both databases (store/pool.h), for any thread. ERR_MEMORY. */
int databases_new(const char *ops_path, const char *hits_path, struct databases **databases_r)
	__attribute__((warn_unused_result));

/* All pairs must have been given back. */
void databases_free(struct databases **databases);

/* Lends what is needed (enum need). After an error nothing is lent, and message_r (may be NULL)
 * says what is wrong. */
int databases_lend(struct databases *databases, unsigned needs, struct database_pair *pair_r,
	struct text *message_r) __attribute__((warn_unused_result));

/* Returns both; err is the outcome of their use. */
void databases_give_back(struct databases *databases, struct database_pair *pair, int err);

/* For metrics: how often a database failed since the start. */
int64_t databases_errors(const struct databases *databases);

#endif
