/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_SECRETS_H
#define CORE_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/header.h"

/* At most this many are kept, those of the message first; longer ones are ignored. */
#define SECRETS_MAX 256
#define SECRET_SIZE 256

/* A recipient's mailbox, local part or name. */
struct secret {
	char text[SECRET_SIZE];
	size_t length;
	size_t at_sign; /* where the '@' is; length if there is none */
};

/* What must not be shown of a message, wherever it is written. Starts zeroed. */
struct secrets {
	struct secret list[SECRETS_MAX];
	size_t count;
	bool begins_one[256]; /* by octet: whether a secret begins with it */
};

enum secrets_field {
	FIELD_SHOWN,
	FIELD_HIDDEN,     /* ids and links that are different for each recipient */
	FIELD_RECIPIENTS, /* hidden, and what it names is a secret */
};

enum secrets_field secrets_field_kind(const struct header_field *field);

/* Adds the recipients that the header of a message names. */
void secrets_collect(struct secrets *secrets, const char *octets, size_t length);

/* Adds each mailbox in octets, and its local part unless that is too short. */
void secrets_add_mailboxes(struct secrets *secrets, const char *octets, size_t length);

/*
 * The length of the longest secret at the start of octets, or 0. Case does not count; the '@' may
 * be encoded, and soft line breaks of quoted-printable may divide it.
 */
size_t secrets_match(const struct secrets *secrets, const char *octets, size_t length);

/* The length of a soft line break of quoted-printable (RFC 2045, 6.7) at the start, or 0. */
size_t secrets_soft_break(const char *octets, size_t length);

#endif
