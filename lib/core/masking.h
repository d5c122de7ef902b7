/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_MASKING_H
#define CORE_MASKING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/header.h"

/* The two halves of mask.h: what the secrets of a message are, and text without them. */

/* So many are looked for; those of the message come before those of the caller. */
#define SECRETS_MAX 256
#define SECRET_SIZE 256

/* Something that is not shown, wherever it stands. */
struct secret {
	char text[SECRET_SIZE];
	size_t length;
	size_t at_sign; /* where the '@' is; length: a name */
};

struct masking {
	struct secret secrets[SECRETS_MAX];
	size_t count;
	bool begins_one[256]; /* whether a secret begins with an octet */
	void (*put)(void *context, const char *octets, size_t length);
	void *context;
};

/* Takes down what the header says of the message's recipients. The rest of masking is filled in. */
void masking_collect(struct masking *masking, const char *octets, size_t length);

/* Takes down each mailbox in octets, and its local part where that is no common word. */
void masking_add_mailboxes(struct masking *masking, const char *octets, size_t length);

/* Where what follows a word of a Received field begins: "for", "id"; NULL: it is not there. */
const char *masking_find_clause(const struct header_field *field, const char *word);

void masking_put(const struct masking *masking, const char *octets, size_t length);
void masking_put_word(const struct masking *masking); /* MASK_WORD */

/* Text with secrets and links masked. */
void masking_put_text(const struct masking *masking, const char *octets, size_t length);

#endif
