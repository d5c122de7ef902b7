/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_TRAP_H
#define MILTER_TRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/client.h"

struct conf_milter;
struct filter;

/* The copy of a message is cut here; all copies together are kept below the second. */
#define TRAP_COPY_MAX ((size_t)1024 * 1024)
#define TRAP_COPIES_MAX ((size_t)8 * 1024 * 1024)
/* Trap recipients of one message. */
#define TRAP_RECIPIENTS_MAX 32

/* A message of a client that is not listed, as far as it is for trap recipients. */
struct trap {
	char *recipients[TRAP_RECIPIENTS_MAX]; /* as the client wrote them, to be taken out */
	size_t count;                          /* 0: it is none of ours */
	bool has_others;                       /* it is for other people too */
	char *copy;                            /* the message so far */
	size_t length, room;
};

/* Whether a mailbox is one of trap_recipients; case does not count. */
bool trap_is_recipient(const struct conf_milter *conf, const char *mailbox);

/* Takes down a recipient: argument is RCPT's. */
void trap_take_recipient(struct trap *trap, const char *argument, bool is_trap);

/* Begins the copy with the Received field that a receiving server writes (RFC 5321, 4.4). */
void trap_begin_copy(struct trap *trap, const struct client *client);

/* Adds to the copy as far as there is room. */
void trap_add(struct trap *trap, const void *octets, size_t length);
void trap_add_header(struct trap *trap, const char *name, const char *value);

/*
 * Has the copy filed as a nomination of the client, soon and by another thread, at most
 * traps_per_hour an hour; the filter is held until that is done. The message is forgotten.
 */
void trap_file(struct trap *trap, struct filter *filter, const struct client *client);

/* Forgets the message. */
void trap_end_message(struct trap *trap);

#endif
