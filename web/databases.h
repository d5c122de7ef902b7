/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_DATABASES_H
#define WEB_DATABASES_H

#include <stdint.h>

struct conf;
struct db;
struct databases;
struct text;

/* Connections that are lent to a visit; NULL: not needed. */
struct lent_databases {
	struct db *ops;
	struct db *hits;
	struct db *inbox;
};

/* Pools of connections to the databases of a configuration (store/pool.h), for any thread. Only
 * the inbox is opened for writing. ERR_MEMORY. */
int databases_new(const struct conf *conf, struct databases **databases_r)
	__attribute__((warn_unused_result));

/* All must have been given back. */
void databases_free(struct databases **databases);

/* Lends what is needed (enum need). After an error nothing is lent, and message_r (may be NULL)
 * says what is wrong. */
int databases_lend(struct databases *databases, unsigned needs, struct lent_databases *lent_r,
	struct text *message_r) __attribute__((warn_unused_result));

/* Returns them; err is the outcome of their use. */
void databases_give_back(struct databases *databases, struct lent_databases *lent, int err);

/* For metrics: how often a database failed since the start. */
int64_t databases_errors(const struct databases *databases);

#endif
