/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/evidence.h"

#include <sys/types.h>

#include <sha256.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/db.h"

void evidence_set_body(struct evidence *evidence, const void *octets, size_t length)
{
	evidence->body = octets;
	evidence->octets = (int64_t)length;
	SHA256_Data(octets, length, evidence->sha256);
}

int evidence_add(struct db *db, const struct evidence *evidence, int64_t *id_r)
{
	struct statement *insert = db_begin(db, ADD_EVIDENCE);

	db_bind_int(insert, 1, evidence->at);
	db_bind_text(insert, 2, evidence->who);
	db_bind_text(insert, 3, evidence->kind);
	db_bind_text(insert, 4, evidence->source);
	db_bind_text(insert, 5, evidence->sha256);
	db_bind_int(insert, 6, evidence->octets);
	if (evidence->body != NULL)
		db_bind_blob(insert, 7, evidence->body, (size_t)evidence->octets);
	int err = db_run(insert);
	*id_r = err == ERR_NONE ? db_last_id(db) : 0;
	return err;
}

/* The copies that a struct evidence of evidence_get() points to; freed with it. */
struct owned {
	struct evidence evidence; /* first, so that the one is found by the other */
	char *who, *kind, *source;
	void *body;
};

static int copy_body(struct statement *row, struct owned *owned)
{
	size_t length;
	const void *body = db_blob(row, 6, &length);

	if (db_is_null(row, 6))
		return ERR_NONE;
	/* A row whose body and length disagree is damaged; what is there is what is shown. */
	owned->evidence.octets = (int64_t)length;
	owned->body = malloc(length + 1);
	if (owned->body == NULL)
		return ERR_MEMORY;
	memcpy(owned->body, body, length);
	owned->evidence.body = owned->body;
	return ERR_NONE;
}

static int copy_row(struct statement *row, struct owned *owned)
{
	struct evidence *evidence = &owned->evidence;

	evidence->at = db_int(row, 0);
	evidence->who = owned->who = strdup(db_text(row, 1));
	evidence->kind = owned->kind = strdup(db_text(row, 2));
	evidence->source = owned->source = strdup(db_text(row, 3));
	text_copy(evidence->sha256, sizeof(evidence->sha256), db_text(row, 4));
	evidence->octets = db_int(row, 5);
	evidence->purged_at = db_time(row, 7);
	if (owned->who == NULL || owned->kind == NULL || owned->source == NULL)
		return ERR_MEMORY;
	return copy_body(row, owned);
}

int evidence_get(struct db *db, int64_t id, struct evidence **evidence_r)
{
	struct statement *row = db_begin(db, GET_EVIDENCE);

	*evidence_r = NULL;
	db_bind_int(row, 1, id);
	int more = db_step(row);
	if (more <= 0)
		return more == 0 ? ERR_NOT_FOUND : more;
	struct owned *owned = calloc(1, sizeof(*owned));
	int err = owned == NULL ? ERR_MEMORY : copy_row(row, owned);
	db_finish(row);
	struct evidence *evidence = owned != NULL ? &owned->evidence : NULL;
	if (err != ERR_NONE) {
		evidence_free(&evidence);
		return err;
	}
	evidence->id = id;
	*evidence_r = evidence;
	return ERR_NONE;
}

int evidence_is_public(struct db *db, int64_t id, bool *public_r)
{
	struct statement *row = db_begin(db, EVIDENCE_IS_PUBLIC);
	int64_t is_public = 0;

	db_bind_int(row, 1, id);
	int err = db_get_int(row, &is_public);
	*public_r = is_public != 0;
	return err;
}

void evidence_free(struct evidence **evidence)
{
	struct owned *owned = (struct owned *)*evidence;

	if (owned == NULL)
		return;
	free(owned->who);
	free(owned->kind);
	free(owned->source);
	free(owned->body);
	free(owned);
	*evidence = NULL;
}

int evidence_of_listing(
	struct db *db, int64_t listing_id, void (*take)(void *context, int64_t id), void *context)
{
	struct statement *row = db_begin(db, EVIDENCE_OF_LISTING);
	int more;

	db_bind_int(row, 1, listing_id);
	while ((more = db_step(row)) > 0)
		take(context, db_int(row, 0));
	return more;
}

static int take_bodies(struct db *ops, int64_t before, int64_t now, int64_t *purged_r)
{
	struct statement *update = db_begin(ops, PURGE_EVIDENCE);

	db_bind_int(update, 1, before);
	db_bind_int(update, 2, now);
	int err = db_run(update);
	*purged_r = err == ERR_NONE ? db_changes(ops) : 0;
	return err;
}

int evidence_purge(struct db *ops, int64_t before, const struct change *change, int64_t *purged_r)
{
	*purged_r = 0;
	int err = db_begin_write(ops);
	if (err == ERR_NONE)
		err = take_bodies(ops, before, change->at, purged_r);
	if (err == ERR_NONE && *purged_r > 0)
		err = history_add(ops, change, NULL);
	if (err == ERR_NONE)
		err = db_commit(ops);
	if (err != ERR_NONE) {
		*purged_r = 0;
		db_rollback(ops);
	}
	return err;
}
