/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_TRAP_H
#define MILTER_TRAP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/client.h"

struct conf_milter;
struct filter;

/* Octets of one copy, which is cut there, and of all copies together. */
#define TRAP_COPY_MAX ((size_t)1024 * 1024)
#define TRAP_COPIES_MAX ((size_t)8 * 1024 * 1024)
/* Trap recipients of one message. */
#define TRAP_RECIPIENTS_MAX 32

/* The trap recipients of a message from a client that is not listed. */
struct trap {
	char *recipients[TRAP_RECIPIENTS_MAX]; /* as the client wrote them, to remove them */
	size_t count;                          /* 0: the message is for no trap */
	bool has_others;                       /* it has other recipients too */
	char *copy;                            /* the message so far */
	size_t length, room;
};

/* Whether a mailbox is one of trap_recipients; case does not count. */
bool trap_is_recipient(const struct conf_milter *conf, const char *mailbox);

/* Notes a recipient; argument is that of RCPT. */
void trap_take_recipient(struct trap *trap, const char *argument, bool is_trap);

/* Begins the copy with the Received field of the receiving server (RFC 5321, 4.4). */
void trap_begin_copy(struct trap *trap, const struct client *client);

/* Add to the copy until it is full. */
void trap_add(struct trap *trap, const void *octets, size_t length);
void trap_add_header(struct trap *trap, const char *name, const char *value);

/*
 * Gives the copy to another thread, which files it as a nomination of the client; at most
 * traps_per_hour an hour. The filter is held until then.
 */
void trap_file(struct trap *trap, struct filter *filter, const struct client *client);

/* Frees everything; the next message begins. */
void trap_end_message(struct trap *trap);

#endif
