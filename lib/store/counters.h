/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_COUNTERS_H
#define STORE_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

struct db;

/* Stores the values of some counters, in one transaction. */
int counters_store(struct db *db, const char *const *names, const int64_t *values, size_t count,
	int64_t now) __attribute__((warn_unused_result));

/* Gives the filter's counters to `take`, by name. */
int counters_each(struct db *db, void (*take)(void *context, const char *name, int64_t value),
	void *context) __attribute__((warn_unused_result));

#endif
