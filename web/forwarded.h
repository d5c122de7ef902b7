/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FORWARDED_H
#define WEB_FORWARDED_H

#include <stdbool.h>

#include "base/addr.h"

struct conf;

/* Whether an address is one of web.trusted_proxies. */
bool forwarded_is_proxy(const struct conf *conf, const struct addr *addr);

/*
 * X-Forwarded-For, read from its beginning to its end. Each trusted proxy adds the address that it
 * was called from; what is in front of that, the visitor may have made up. So the visitor is the
 * last address that is not a trusted proxy, as long as only addresses follow it.
 */
struct forwarded {
	const struct conf *conf;
	struct addr client;
	bool known; /* there is a client so far */
};

/* Adds the value of a field; several fields of the name are one list (RFC 9110, 5.3). */
void forwarded_add(struct forwarded *forwarded, const char *list);

/* The visitor's address: that of the connection, unless that is a trusted proxy which told another
 * one. */
struct addr forwarded_client(const struct forwarded *forwarded, const struct addr *connection);

#endif
