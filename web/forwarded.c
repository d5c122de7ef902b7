/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the visitor is, if the connection comes from a proxy in front of the site. */
#include "web/forwarded.h"

#include <string.h>

#include "conf/conf.h"
#include "web/visit.h"

bool forwarded_is_proxy(const struct conf *conf, const struct addr *addr)
{
	return network_find(conf->web.trusted_proxies, conf->web.trusted_proxy_count, addr) != NULL;
}

void forwarded_add(struct forwarded *forwarded, const char *list)
{
	struct addr addr;

	for (size_t length;; list += length + 1) {
		length = strcspn(list, ",");
		if (!visit_parse_address(list, length, &addr)) {
			forwarded->known = false;
		} else if (!forwarded->known || !forwarded_is_proxy(forwarded->conf, &addr)) {
			forwarded->client = addr;
			forwarded->known = true;
		}
		if (list[length] == '\0')
			break;
	}
}

struct addr forwarded_client(const struct forwarded *forwarded, const struct addr *connection)
{
	return forwarded->known && forwarded_is_proxy(forwarded->conf, connection)
		       ? forwarded->client
		       : *connection;
}
