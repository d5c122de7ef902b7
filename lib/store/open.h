/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_OPEN_H
#define STORE_OPEN_H

struct db;
struct db_options;
struct text;

/*
 * Opens a database and makes sure that it is ours, of the right kind and schema version. All or
 * nothing. message_r (may be NULL) says what is wrong and what would mend it, with the path in it.
 */
int store_open(const char *path, const struct db_options *options, struct db **db_r,
	struct text *message_r) __attribute__((warn_unused_result));

#endif
