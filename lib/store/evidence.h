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

/* Why a listing is right. The strings and the body belong to the caller, or, after evidence_get(),
 * to the evidence. */
struct evidence {
	int64_t id;
	int64_t at;
	const char *who;
	const char *kind;   /* "file", "note", "import", "spam" or "test" */
	const char *source; /* a file's name, or where it came from */
	char sha256[SHA256_TEXT_SIZE];
	int64_t octets;
	const void *body;  /* any octets; NULL: of an import, or purged */
	int64_t purged_at; /* CLOCK_NEVER: it is not purged */
};

/* Sets body, size and checksum. The octets are not copied. */
void evidence_set_body(struct evidence *evidence, const void *octets, size_t length);

/* Adds evidence and sets *id_r; evidence->id is ignored. For use inside a transaction. */
int evidence_add(struct db *db, const struct evidence *evidence, int64_t *id_r)
	__attribute__((warn_unused_result));

/* ERR_NOT_FOUND. Free it with evidence_free(). */
int evidence_get(struct db *db, int64_t id, struct evidence **evidence_r)
	__attribute__((warn_unused_result));

/*
 * Whether the public may see it: all evidence, except the spam copy of a nomination that did not
 * lead to a listing, and the transcript of a test that neither did nor was made for a removal
 * request. ERR_NOT_FOUND.
 */
int evidence_is_public(struct db *db, int64_t id, bool *public_r)
	__attribute__((warn_unused_result));

/*
 * Gives the number of each piece of evidence of a listing to `take`, in ascending order; none for
 * the test entry, whose id is 0.
 */
int evidence_of_listing(struct db *db, int64_t listing_id, void (*take)(void *context, int64_t id),
	void *context) __attribute__((warn_unused_result));

void evidence_free(struct evidence **evidence);

/*
 * Deletes the bodies of evidence from before a time, unless a listing in force at change->at or an
 * undecided request refers to it; checksum and size are kept. If there were any, the change is
 * recorded. *purged_r is 0 after a failure.
 */
int evidence_purge(struct db *ops, int64_t before, const struct change *change, int64_t *purged_r)
	__attribute__((warn_unused_result));

/* Deletes the copies of nominations that were denied before a time. */
int evidence_purge_denied(struct db *ops, int64_t before, int64_t now, int64_t *purged_r)
	__attribute__((warn_unused_result));

#endif
