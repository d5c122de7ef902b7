/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_POOL_H
#define STORE_POOL_H

struct db;
struct db_options;
struct text;

/*
 * A few connections to one database for many threads, as opening one costs more than ten look-ups.
 * A connection is opened when it is needed, and closed instead of returned when it failed or its
 * schema was changed, so that the next use works as soon as the cause is fixed. A file that was
 * deleted or replaced is noticed within a tenth of a second. After a failure, connections do not
 * wait for another program's lock until a use succeeds, or each use would wait in full.
 */
struct pool;

/* The largest number of connections that a pool can have. */
#define POOL_MAX 8

/* A pool of at most `max` connections. Opens nothing yet; the path is copied. ERR_MEMORY. */
int pool_new(const char *path, const struct db_options *options, unsigned max, struct pool **pool_r)
	__attribute__((warn_unused_result));

/* All connections must have been returned. */
void pool_free(struct pool **pool);

/*
 * Lends a connection, to be returned with pool_return(). Waits while all are lent. Any thread.
 * After an error nothing is lent, and message_r (may be NULL) says what is wrong, with the path.
 */
int pool_lend(struct pool *pool, struct db **db_r, struct text *message_r)
	__attribute__((warn_unused_result));

/* Returns a connection and clears *db. err is the outcome of its use: after an error of the
 * database or of memory the connection is closed, while others, such as ERR_NOT_FOUND, count as
 * success. */
void pool_return(struct pool *pool, struct db **db, int err);

#endif
