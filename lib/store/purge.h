/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_PURGE_H
#define STORE_PURGE_H

#include <stdint.h>

#include "store/history.h"

struct db;

/* Hits deleted in one transaction: the filter's writer waits for no more than that. */
#define PURGE_BATCH 2000

/* Deletes the oldest hits from before a moment, at most PURGE_BATCH; 0: there are no more. */
int purge_some_hits(struct db *hits, int64_t before, int64_t *deleted_r)
	__attribute__((warn_unused_result));

/*
 * Takes the bodies of evidence from before a moment away that no listing in force at change->at and
 * no open request refers to; checksum and size stay. The change is put on record if there were any.
 */
int purge_evidence(struct db *ops, int64_t before, const struct change *change, int64_t *purged_r)
	__attribute__((warn_unused_result));

/* Gives the space of what was deleted back to the file system, in small steps. */
int purge_give_back(struct db *db) __attribute__((warn_unused_result));

#endif
