/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stddef.h>

/* A message taken apart. All strings are valid UTF-8 without NUL. */

/* A field of the header, in the order of the message. */
struct message_field {
	char *name;
	char *value; /* unfolded, encoded words decoded (RFC 2047) */
};

enum message_part_kind {
	MESSAGE_TEXT,       /* text is the decoded text; HTML is made text */
	MESSAGE_ATTACHMENT, /* octets and sha256 are of what it decodes to */
	MESSAGE_ATTACHED,   /* an attached message follows: its fields, then its parts */
	MESSAGE_UNREADABLE, /* a text that cannot be decoded */
	MESSAGE_LEFT_OUT,   /* more parts follow, or deeper ones, than are looked at */
};

struct message_part {
	enum message_part_kind kind;
	char *type; /* "text/plain" */
	char *text;
	size_t octets;
	char *sha256;
	struct message_field *fields; /* of an attached message */
	size_t field_count;
};

struct message {
	struct message_field *fields;
	size_t field_count;
	struct message_part *parts; /* in order, attached messages with their own behind them */
	size_t part_count;
	char *stray; /* lines of headers that are not fields; NULL: none */
	size_t room; /* message.c's own */
};

/* Makes GMime ready. For the first thread, once, before anything else here. */
void message_start(void);

/*
 * Reads a message. Lines in front of the header and between its fields that are not fields, such
 * as "From " of an mbox, are kept apart. Octets whose first lines have no field of mail, such as
 * Received or To, are not a message but a text: it is the only part, and there are no fields. Out
 * of memory ends the program, as everywhere in GLib. Any thread.
 */
struct message *message_read(const char *octets, size_t length);

/* Takes NULL. */
void message_free(struct message **message);

#endif
