/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_RECEIVED_H
#define CORE_RECEIVED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* Received fields beyond this are not looked at. */
#define RECEIVED_MAX 100

/*
 * Whether a message has a Received field (RFC 5321, 4.4) in which a receiving server put down the
 * address as that of its client: in the comment behind the name that the client gave, as Postfix,
 * Sendmail, Exim, Exchange and qmail write it, and with a "by". What the client itself chose, a
 * name or an address literal in its HELO, does not count.
 */
bool received_names(const char *octets, size_t length, const struct addr *addr);

/* The client of one such field's body. False when no server could have written it so. */
bool received_client(const char *body, size_t length, struct addr *addr_r);

#endif
