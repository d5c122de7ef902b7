/* SPDX-License-Identifier: BSD-2-Clause */
/* Imports many listings into one list. */
#include "store/import.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/network.h"
#include "store/batch.h"
#include "store/db.h"
#include "store/listings.h"

/* How many listings are written between two calls of import->progress. */
#define STEP 512

/* An import that is running. */
struct run {
	struct db *db;
	const struct import *import;
	struct import_result *result;
	int64_t change_id, evidence_id, expire_id;
	int64_t *reason_ids; /* by the reason's index in the batch; 0: not known yet */
	int64_t *ending;     /* rows that import->replace ends */
	size_t ending_count, ending_room;
};

static int keep_for_ending(struct run *run, int64_t id)
{
	if (run->ending_count == run->ending_room) {
		size_t room = run->ending_room + run->ending_room / 2 + 1024;
		int64_t *ending = reallocarray(run->ending, room, sizeof(*ending));
		if (ending == NULL)
			return ERR_MEMORY;
		run->ending = ending;
		run->ending_room = room;
	}
	run->ending[run->ending_count++] = id;
	return ERR_NONE;
}

/* Batch and rows are in the same order, so one pass over both finds what the batch does not have.
 */
static int find_ending(struct run *run)
{
	struct statement *row = db_begin(run->db, UNENDED_OF_LIST);
	const struct batch *batch = run->import->batch;
	size_t i = 0;
	int more = 0, err = ERR_NONE;

	db_bind_int(row, 1, run->import->list_id);
	while (err == ERR_NONE && (more = db_step(row)) > 0) {
		const struct network network = {
			.addr = db_addr(row, 1), .prefix = (uint8_t)db_int(row, 2)};
		if (db_time(row, 3) <= run->import->change->at)
			continue;
		while (i < batch->count &&
			network_compare(&batch->entries[i].network, &network) < 0)
			i++;
		if (i == batch->count || network_compare(&batch->entries[i].network, &network) != 0)
			err = keep_for_ending(run, db_int(row, 0));
	}
	db_finish(row);
	return more < 0 ? more : err;
}

static int end_them(struct run *run)
{
	int64_t change_id = 0;
	int err = ERR_NONE;

	if (run->ending_count > 0)
		err = history_add_about(
			run->db, NULL, run->import->list_id, run->import->replace, &change_id);
	for (size_t i = 0; i < run->ending_count && err == ERR_NONE; i++)
		err = listings_end_row(run->db, run->ending[i], run->import->change->at, change_id);
	run->result->ended = (int64_t)run->ending_count;
	return err;
}

/* ERR_EXISTS when the network has a row that has not ended. */
static int insert(struct run *run, const struct batch_entry *entry)
{
	int64_t *reason_id = &run->reason_ids[entry->reason];
	struct listing listing;
	int err = ERR_NONE;

	if (*reason_id == 0)
		err = listings_intern_reason(
			run->db, run->import->batch->reasons[entry->reason], reason_id);
	listing.list_id = run->import->list_id;
	listing.network = entry->network;
	listing.evidence_id = run->evidence_id;
	listing.listed_at = entry->listed_at;
	listing.expires_at = entry->expires_at;
	return err == ERR_NONE ? listings_insert(run->db, &listing, *reason_id, run->change_id)
			       : err;
}

static int import_entry(struct run *run, const struct batch_entry *entry)
{
	struct listing existing;
	int err = insert(run, entry);

	if (err == ERR_EXISTS) {
		err = listings_end_expired(run->db, run->import->list_id, &entry->network,
			run->import->change->at, &run->expire_id, &existing);
		if (err == ERR_NONE)
			err = insert(run, entry);
	}
	run->result->added += err == ERR_NONE;
	run->result->kept += err == ERR_EXISTS;
	return err == ERR_EXISTS ? ERR_NONE : err;
}

static bool may_continue(const struct run *run, size_t done)
{
	return run->import->progress == NULL || run->import->progress(run->import->context, done);
}

static int import_entries(struct run *run)
{
	const struct batch *batch = run->import->batch;
	int err = ERR_NONE;

	for (size_t i = 0; i < batch->count && err == ERR_NONE; i++) {
		if (i % STEP == 0 && !may_continue(run, i))
			return ERR_STOPPED;
		err = import_entry(run, &batch->entries[i]);
	}
	if (err == ERR_NONE && !may_continue(run, batch->count))
		err = ERR_STOPPED;
	return err;
}

static int run_import(struct run *run)
{
	int err = ERR_NONE;

	if (run->import->replace != NULL)
		err = find_ending(run);
	if (err == ERR_NONE)
		err = history_add_about(
			run->db, NULL, run->import->list_id, run->import->change, &run->change_id);
	if (err == ERR_NONE)
		err = evidence_add(run->db, run->import->evidence, &run->evidence_id);
	if (err == ERR_NONE)
		err = end_them(run);
	if (err == ERR_NONE)
		err = import_entries(run);
	return err;
}

int import_batch(struct db *db, const struct import *import, struct import_result *result_r)
{
	struct run run = {.db = db, .import = import, .result = result_r};
	/* Room for the pages that are written again and again; sorted listings need little more. */
	int err = db_execute(db, "PRAGMA cache_size = -32768");

	*result_r = (struct import_result){0};
	run.reason_ids = calloc(import->batch->reason_count + 1, sizeof(*run.reason_ids));
	if (err == ERR_NONE && run.reason_ids == NULL)
		err = ERR_MEMORY;
	if (err == ERR_NONE)
		err = db_begin_write(db);
	if (err == ERR_NONE)
		err = run_import(&run);
	/* When nothing is new, the change and the evidence are not kept either. */
	bool nothing_new = err == ERR_NONE && result_r->added == 0 && result_r->ended == 0;
	err = db_end(db, nothing_new ? ERR_STOPPED : err);
	free(run.reason_ids);
	free(run.ending);
	return nothing_new ? ERR_NONE : err;
}
