/* SPDX-License-Identifier: BSD-2-Clause */
/* Evidence: what listings and requests refer to as the reason. */
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
	return db_insert(insert, id_r);
}

static char *copy(char **room, const void *octets, size_t length)
{
	char *start = memcpy(*room, octets, length);

	*room += length;
	return start;
}

/* The evidence and all that it points to are one block of memory. NULL: there is none. */
static void copy_row(struct statement *row, void *evidence_r)
{
	const char *who = db_text(row, 1), *kind = db_text(row, 2), *source = db_text(row, 3);
	size_t who_size = strlen(who) + 1, kind_size = strlen(kind) + 1,
	       source_size = strlen(source) + 1, length;
	const void *body = db_blob(row, 6, &length);
	struct evidence *evidence =
		calloc(1, sizeof(*evidence) + who_size + kind_size + source_size + length + 1);

	*(struct evidence **)evidence_r = evidence;
	if (evidence == NULL)
		return;
	char *room = (char *)(evidence + 1);
	evidence->at = db_int(row, 0);
	evidence->who = copy(&room, who, who_size);
	evidence->kind = copy(&room, kind, kind_size);
	evidence->source = copy(&room, source, source_size);
	text_copy(evidence->sha256, sizeof(evidence->sha256), db_text(row, 4));
	evidence->octets = db_int(row, 5);
	evidence->purged_at = db_time(row, 7);
	if (!db_is_null(row, 6)) {
		/* Where the row's body and length disagree, the body counts. */
		evidence->octets = (int64_t)length;
		evidence->body = copy(&room, body, length);
	}
}

int evidence_get(struct db *db, int64_t id, struct evidence **evidence_r)
{
	struct statement *row = db_begin(db, GET_EVIDENCE);

	*evidence_r = NULL;
	db_bind_int(row, 1, id);
	int err = db_read_one(row, copy_row, evidence_r);
	if (err != ERR_NONE || *evidence_r == NULL)
		return err != ERR_NONE ? err : ERR_MEMORY;
	(*evidence_r)->id = id;
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
	free(*evidence);
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

int evidence_purge(struct db *ops, int64_t before, const struct change *change, int64_t *purged_r)
{
	int err = db_begin_write(ops);

	*purged_r = 0;
	if (err == ERR_NONE) {
		struct statement *update = db_begin(ops, PURGE_EVIDENCE);
		db_bind_int(update, 1, before);
		db_bind_int(update, 2, change->at);
		err = db_run(update);
		*purged_r = db_changes(ops);
	}
	if (err == ERR_NONE && *purged_r > 0)
		err = history_add(ops, change, NULL);
	err = db_end(ops, err);
	if (err != ERR_NONE)
		*purged_r = 0;
	return err;
}

int evidence_purge_denied(struct db *ops, int64_t before, int64_t now, int64_t *purged_r)
{
	struct statement *update = db_begin(ops, PURGE_DENIED_COPIES);

	db_bind_int(update, 1, before);
	db_bind_int(update, 2, now);
	int err = db_run(update);
	*purged_r = err == ERR_NONE ? db_changes(ops) : 0;
	return err;
}
