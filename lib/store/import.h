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

/* One import. */
struct import {
	struct batch *batch; /* sorted for insertion, without duplicates */
	int list_id;
	const struct change *change; /* shared by all that are added */
	const struct change
		*replace; /* ends the listings that are not in the batch; NULL: they are kept */
	const struct evidence *evidence; /* shared by all that are added */
	/* Called from time to time; false stops the import with ERR_STOPPED. May be NULL. */
	bool (*progress)(void *context, size_t done);
	void *context;
};

struct import_result {
	int64_t added;
	int64_t kept;  /* in force already */
	int64_t ended; /* by replace */
};

/* All or nothing, in one transaction; when nothing is new, nothing is written. */
int import_batch(struct db *db, const struct import *import, struct import_result *result_r)
	__attribute__((warn_unused_result));

#endif
