/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_EXEMPTIONS_H
#define STORE_EXEMPTIONS_H

#include <stdint.h>

#include "base/network.h"
#include "store/history.h"

struct db;

/* A network that is never refused, whatever lists it is on. */
struct exemption {
	struct network network;
	int64_t at;
	const char *who;
	const char *why;
};

/* ERR_EXISTS when exactly this network is exempt already. */
int exemptions_add(struct db *db, const struct network *network, const struct change *change)
	__attribute__((warn_unused_result));

/* ERR_NOT_FOUND. */
int exemptions_end(struct db *db, const struct network *network, const struct change *change)
	__attribute__((warn_unused_result));

/* Gives each exemption in force to `take`, sorted by address; its strings are valid during the
 * call. */
int exemptions_each(struct db *db, void (*take)(void *context, const struct exemption *exemption),
	void *context) __attribute__((warn_unused_result));

#endif
