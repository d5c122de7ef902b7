/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_EVIDENCE_H
#define STORE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/history.h"

struct db;

/* The largest body that is kept, in octets. */
#define EVIDENCE_MAX ((size_t)1024 * 1024)

/* Octets of a checksum as text, NUL included. */
#define SHA256_TEXT_SIZE 65

/* Why a listing is right. The strings belong to whoever filled it in, or to evidence_get(). */
struct evidence {
	int64_t id;
	int64_t at;
	const char *who;
	const char *kind;   /* "file", "note", "import", "spam" or "test" */
	const char *source; /* a file's name, or where it came from */
	char sha256[SHA256_TEXT_SIZE];
	int64_t octets;
	const void *body;  /* any octets; NULL: an import, or purged */
	int64_t purged_at; /* CLOCK_NEVER: it was not */
};

/* Sets octets, body and checksum. The octets are not copied. */
void evidence_set_body(struct evidence *evidence, const void *octets, size_t length);

/* Adds it, inside a transaction of the caller's. evidence->id is not looked at. */
int evidence_add(struct db *db, const struct evidence *evidence, int64_t *id_r)
	__attribute__((warn_unused_result));

/* ERR_NOT_FOUND. To be freed by evidence_free(). */
int evidence_get(struct db *db, int64_t id, struct evidence **evidence_r)
	__attribute__((warn_unused_result));

/*
 * Whether everybody may see it: all evidence, but the spam copy of a nomination that did not lead
 * to a listing. True also where there is none of that number.
 */
int evidence_is_public(struct db *db, int64_t id, bool *public_r)
	__attribute__((warn_unused_result));

/*
 * Gives the number of each piece of evidence that a listing has, the first one first; none for the
 * test entry's, 0.
 */
int evidence_of_listing(struct db *db, int64_t listing_id, void (*take)(void *context, int64_t id),
	void *context) __attribute__((warn_unused_result));

void evidence_free(struct evidence **evidence);

/*
 * Takes the bodies of evidence from before a moment away that no listing in force at change->at and
 * no open request refers to; checksum and size stay. The change is put on record if there were any.
 */
int evidence_purge(struct db *ops, int64_t before, const struct change *change, int64_t *purged_r)
	__attribute__((warn_unused_result));

#endif
