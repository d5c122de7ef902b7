/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_HIT_H
#define CORE_HIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/client.h"
#include "core/listing.h"

/* Octets of a reference, NUL included: up to 13 for the row, "-", 12 for the random part. */
#define REF_SIZE 27

/* The random part of a reference has 60 bits. */
#define REF_SECRET_MASK ((UINT64_C(1) << 60) - 1)

/* Octets of a reply's text, NUL included: the rest of the 512 of RFC 5321, 4.5.3.1.5. */
#define REPLY_TEXT_SIZE 501

/* What happened to the mail of a listed client. */
enum hit_action {
	HIT_NONE, /* nothing to store */
	HIT_REFUSED,
	HIT_DEFERRED,
	HIT_TAGGED,
	HIT_LOGGED,
	HIT_EXEMPT,
	HIT_LEFT,
};

/* A row of the hit log. It copies the listing, which may change later. */
struct hit {
	int64_t id; /* 0 until the hit log assigns one */
	int64_t at;
	struct client client;
	char rcpt_to[MAILBOX_SIZE]; /* empty at HELO and MAIL */
	struct listing listing;
	enum stage stage;
	enum hit_action action;
	char reply[REPLY_TEXT_SIZE + 16]; /* the reply that the client got, with its code; or why it
					     was not refused */
	char ref[REF_SIZE];
};

/* "refused", "deferred", "tagged", "logged", "exempt", "left". */
const char *hit_action_name(enum hit_action action);

/*
 * A reference is the row's number and a random part that the row keeps, in base 32 without I, L, O
 * and U (Crockford's): it is found by primary key, can be read out on the telephone, and cannot be
 * guessed from another one.
 */
void hit_ref_format(int64_t id, uint64_t secret, char ref_r[REF_SIZE]);

/*
 * Reads a reference as people type it (any case, O for 0, I and L for 1) into the row's number and
 * the canonical spelling, to compare with the row's. Returns false if it is not a reference.
 */
bool hit_ref_parse(const char *string, int64_t *id_r, char ref_r[REF_SIZE]);

#endif
