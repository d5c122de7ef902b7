/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_DATABASES_H
#define WEB_DATABASES_H

#include <stdint.h>

struct db;
struct databases;
struct text;

/* One connection to each database, lent to a visit; NULL: not opened. */
struct database_pair {
	struct db *ops;
	struct db *hits;
};

/* A few connections for the site's threads, opened when they are first needed and again when a
 * file was replaced. Opens nothing yet; the paths are copied. ERR_MEMORY. Any thread. */
int databases_new(const char *ops_path, const char *hits_path, struct databases **databases_r)
	__attribute__((warn_unused_result));

/* All pairs were given back. */
void databases_free(struct databases **databases);

/* Lends a pair with what is needed of it (enum need). ERR_DB_…, with message_r; nothing is lent
 * then. */
int databases_lend(struct databases *databases, unsigned needs, struct database_pair *pair_r,
	struct text *message_r) __attribute__((warn_unused_result));

/* err: what came of its use. A pair that failed is closed, so that the next visit starts afresh. */
void databases_give_back(struct databases *databases, struct database_pair *pair, int err);

/* How often a database failed since the start; for metrics. */
int64_t databases_errors(struct databases *databases);

#endif
