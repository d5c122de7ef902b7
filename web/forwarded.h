/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FORWARDED_H
#define WEB_FORWARDED_H

#include <stdbool.h>

#include "base/addr.h"

struct conf;

/* Whether an address is one of web.trusted_proxies. */
bool forwarded_is_proxy(const struct conf *conf, const struct addr *addr);

/* The visitor's address: that of the connection, or, if it comes from a trusted proxy, the last
 * address in X-Forwarded-For (NULL: no such field) that is not a trusted proxy. */
struct addr forwarded_client(
	const struct conf *conf, const struct addr *connection, const char *forwarded_for);

#endif
