/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RECEIVED_H
#define CORE_RECEIVED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* At most this many Received fields are read. */
#define RECEIVED_MAX 100

/*
 * Whether a message has a Received field (RFC 5321, 4.4) in which the receiving server recorded
 * addr as the address of its client: in the comment after the name that the client gave, as
 * Postfix, Sendmail, Exim, Exchange and qmail write it, and with a "by". What the client itself
 * chose, a name or an address literal in its HELO, does not count.
 */
bool received_names(const char *octets, size_t length, const struct addr *addr);

/* Reads the client from the body of one such field. Returns false if no server writes it so. */
bool received_client(const char *body, size_t length, struct addr *addr_r);

#endif
