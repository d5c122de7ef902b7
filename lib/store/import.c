/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/import.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/err.h"
#include "store/batch.h"
#include "store/db.h"
#include "store/listings.h"

/* How many listings are written between two questions whether to go on. */
#define STEP 512

/* An import under way. */
struct run {
	struct db *db;
	const struct import *import;
	struct import_result *result;
	int64_t change_id, evidence_id, expire_id;
	int64_t *reason_ids; /* by the batch's numbers; 0: not known yet */
	int64_t *ending;     /* rows that --replace ends */
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

/* Batch and rows come in the same order, so one walk along both finds what the batch has not. */
static int find_ending(struct run *run)
{
	struct statement *row = db_begin(run->db, UNENDED_OF_LIST);
	const struct batch *batch = run->import->batch;
	size_t i = 0;
	int more, err = ERR_NONE;

	db_bind_int(row, 1, run->import->list_id);
	while (err == ERR_NONE && (more = db_step(row)) != 0) {
		struct network network;
		if (more < 0)
			return more;
		if (db_time(row, 3) <= run->import->change->at)
			continue;
		network.addr = db_addr(row, 1);
		network.prefix = (uint8_t)db_int(row, 2);
		while (i < batch->count &&
			network_compare(&batch->entries[i].network, &network) < 0)
			i++;
		if (i == batch->count || network_compare(&batch->entries[i].network, &network) != 0)
			err = keep_for_ending(run, db_int(row, 0));
	}
	db_finish(row);
	return err;
}

static int record(struct run *run, const struct change *change, int64_t *id_r)
{
	struct change of_list = *change;

	of_list.list_id = run->import->list_id;
	return history_add(run->db, &of_list, id_r);
}

static int end_them(struct run *run)
{
	int64_t change_id = 0;
	int err = run->ending_count > 0 ? record(run, run->import->replace, &change_id) : ERR_NONE;

	for (size_t i = 0; i < run->ending_count && err == ERR_NONE; i++) {
		struct statement *update = db_begin(run->db, END_LISTING);
		db_bind_int(update, 1, run->ending[i]);
		db_bind_int(update, 2, run->import->change->at);
		db_bind_int(update, 3, change_id);
		err = db_run(update);
	}
	run->result->ended = (int64_t)run->ending_count;
	return err;
}

static int reason_of(struct run *run, uint32_t reason, int64_t *id_r)
{
	int err = ERR_NONE;

	if (run->reason_ids[reason] == 0)
		err = listings_intern_reason(
			run->db, run->import->batch->reasons[reason], &run->reason_ids[reason]);
	*id_r = run->reason_ids[reason];
	return err;
}

/* *added_r is false where the network has a row that has not ended. */
static int insert(struct run *run, const struct batch_entry *entry, bool *added_r)
{
	int64_t reason_id;
	int err = reason_of(run, entry->reason, &reason_id);

	if (err != ERR_NONE)
		return err;
	struct statement *statement = db_begin(run->db, ADD_LISTING);
	db_bind_int(statement, 1, run->import->list_id);
	db_bind_addr(statement, 2, &entry->network.addr);
	db_bind_int(statement, 3, entry->network.prefix);
	db_bind_int(statement, 4, reason_id);
	db_bind_int(statement, 5, run->evidence_id);
	db_bind_int(statement, 6, entry->listed_at);
	db_bind_time(statement, 7, entry->expires_at);
	db_bind_int(statement, 8, run->change_id);
	err = db_run(statement);
	*added_r = err == ERR_NONE && db_changes(run->db) > 0;
	return err;
}

static int import_entry(struct run *run, const struct batch_entry *entry)
{
	bool added, expired;
	int err = insert(run, entry, &added);

	if (err == ERR_NONE && !added) {
		err = listings_end_expired(run->db, run->import->list_id, &entry->network,
			run->import->change->at, &run->expire_id, &expired);
		if (err == ERR_NONE && expired)
			err = insert(run, entry, &added);
	}
	if (err == ERR_NONE)
		++*(added ? &run->result->added : &run->result->kept);
	return err;
}

static bool goes_on(const struct run *run, size_t done)
{
	return run->import->progress == NULL || run->import->progress(run->import->context, done);
}

static int import_entries(struct run *run)
{
	const struct batch *batch = run->import->batch;
	int err = ERR_NONE;

	for (size_t i = 0; i < batch->count && err == ERR_NONE; i++) {
		if (i % STEP == 0 && !goes_on(run, i))
			return ERR_STOPPED;
		err = import_entry(run, &batch->entries[i]);
	}
	if (err == ERR_NONE && !goes_on(run, batch->count))
		err = ERR_STOPPED;
	return err;
}

static int run_import(struct run *run)
{
	int err = ERR_NONE;

	if (run->import->replace != NULL)
		err = find_ending(run);
	if (err == ERR_NONE)
		err = record(run, run->import->change, &run->change_id);
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
	/* Room for the pages that are written again and again; the sorted ones need hardly any. */
	int err = db_execute(db, "PRAGMA cache_size = -32768");

	*result_r = (struct import_result){0};
	run.reason_ids = calloc(import->batch->reason_count + 1, sizeof(*run.reason_ids));
	if (err == ERR_NONE && run.reason_ids == NULL)
		err = ERR_MEMORY;
	if (err == ERR_NONE)
		err = db_begin_write(db);
	if (err == ERR_NONE)
		err = run_import(&run);
	if (err == ERR_NONE && (result_r->added > 0 || result_r->ended > 0))
		err = db_commit(db);
	/* Of a failure nothing may stay, and of nothing new there is nothing to tell. */
	db_rollback(db);
	free(run.reason_ids);
	free(run.ending);
	return err;
}
