/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_IMPORT_H
#define STORE_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/evidence.h"
#include "store/history.h"

struct batch;
struct db;

/* What an import is to do. */
struct import {
	struct batch *batch; /* sorted for insertion, without duplicates */
	int list_id;
	const struct change *change;     /* shared by all that are added */
	const struct change *replace;    /* how those end that the batch has not; NULL: they stay */
	const struct evidence *evidence; /* shared by all that are added */
	/* Asked now and then; false stops the import, with ERR_STOPPED. */
	bool (*progress)(void *context, size_t done);
	void *context;
};

struct import_result {
	int64_t added;
	int64_t kept;  /* were in force already */
	int64_t ended; /* by replace */
};

/* All or nothing, in one transaction; when there is nothing to change, nothing is written. */
int import_batch(struct db *db, const struct import *import, struct import_result *result_r)
	__attribute__((warn_unused_result));

#endif
