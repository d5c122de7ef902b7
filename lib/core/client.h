/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CLIENT_H
#define CORE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* Octets stored of what a client says, NUL included (RFC 5321, 4.5.3.1). */
#define DOMAIN_SIZE 256
#define MAILBOX_SIZE 322 /* 64 + "@" + 255, without angle brackets */
#define MACRO_SIZE 128

/* The steps of an SMTP session at which the MTA asks the filter, in order. */
enum stage { STAGE_CONNECT, STAGE_HELO, STAGE_MAIL, STAGE_RCPT, STAGE_CLOSE };

/* "connect", "helo", "mail", "rcpt", "close". */
const char *stage_name(enum stage stage);

/*
 * What is known of a client so far. All but the address comes from outside: it is cut to its room
 * and has no control characters (client_set()).
 */
struct client {
	struct addr addr;
	char name[DOMAIN_SIZE]; /* the name that the MTA found in the DNS, or "[192.0.2.1]" */
	char helo[DOMAIN_SIZE];
	char login[MACRO_SIZE];       /* the user it authenticated as; empty: none */
	char mail_from[MAILBOX_SIZE]; /* the envelope sender without angle brackets; empty: <> */
	char mta[MACRO_SIZE];         /* the MTA's own name */
	bool mta_shows_recipient;  /* it puts "<recipient>... " before a reply's text, as Sendmail
				      does */
	char queue_id[MACRO_SIZE]; /* empty until the MTA has one */
};

/* Copies a string of the client or the MTA into a field of size octets; NULL empties it. */
void client_set(char *field, size_t size, const char *value);

/*
 * Copies the address of a MAIL or RCPT argument into a field of size octets: without angle
 * brackets and without a source route (RFC 5321, 4.1.2 and appendix F.2).
 */
void client_set_mailbox(char *field, size_t size, const char *path);

#endif
