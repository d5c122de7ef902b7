/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

/*
 * The SQL files of schema/, built in: the steps of each database in their order, NULL at the end.
 * Step N brings a database from user_version N-1 to N.
 */
extern const char *const schema_ops[];
extern const char *const schema_hits[];
extern const char *const schema_inbox[];

#endif
