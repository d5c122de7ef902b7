/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_REMOVALS_H
#define STORE_REMOVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/listing.h"
#include "store/lookup.h"
#include "store/requests.h"

struct db;

/* What a removal request is about. 20 kB: on a stack. */
struct removal {
	struct lookup lookup;
	const struct listing *listing; /* in lookup: the one to end; NULL: there is none */
	struct list list;              /* its list; blank if there is none */
	bool by_test;                  /* a test decides, at once; else the operator */
};

/* Finds the listing that a request names by its list; without a name ("") that on the list of open
 * proxies, or else the first. */
int removals_read(struct db *ops, const struct addr *addr, const char *list, int64_t now,
	struct removal *removal_r) __attribute__((warn_unused_result));

/* Whether requests can end it: not a test entry, and not a list whose listings only expire. */
bool removals_are_accepted(const struct removal *removal);

/*
 * When a request is accepted now or later: *next_r is that time, at most now if now. *waived_r: it
 * comes from the listed address itself, and skips the waiting time once.
 */
int removals_next(struct db *ops, const struct removal *removal, const struct request *request,
	int64_t now, int64_t *next_r, bool *waived_r) __attribute__((warn_unused_result));

/*
 * Files a removal request that says address, list, requested_at, who and what; the rest is set
 * here. Its test is due cooldown_secs after the latest test for a removal, or at once if the
 * address itself asks. If a request of the same kind is undecided, this one is added to it, and
 * brings its test forward; request->id is that one's. Harmless for a token that was filed before.
 * ERR_NOT_FOUND when the address is not listed, or the list takes no requests.
 */
int removals_file(struct db *ops, struct request *request, int64_t cooldown_secs, int64_t now)
	__attribute__((warn_unused_result));

#endif
