/* SPDX-License-Identifier: BSD-2-Clause */
/* Who the visitor is, when the connection comes from a proxy in front of the site. */
#include "web/forwarded.h"

#include <string.h>

#include "base/text.h"
#include "conf/conf.h"

bool forwarded_is_proxy(const struct conf *conf, const struct addr *addr)
{
	return network_find(conf->web.trusted_proxies, conf->web.trusted_proxy_count, addr) != NULL;
}

/* Reads the last address of a list with commas, and cuts it off; false when it is none. */
static bool cut_last(char *list, struct addr *addr_r)
{
	char *comma = strrchr(list, ',');
	char *begin = comma != NULL ? comma + 1 : list;
	size_t length;

	begin += strspn(begin, " \t");
	length = strcspn(begin, " \t");
	begin[length] = '\0';
	if (addr_parse(begin, addr_r))
		return false;
	*(comma != NULL ? comma : list) = '\0';
	return true;
}

struct addr forwarded_client(
	const struct conf *conf, const struct addr *connection, const char *forwarded_for)
{
	struct addr client = *connection;
	struct addr before;
	char list[512];

	if (forwarded_for == NULL)
		return client;
	/* Only the end of the list can count. */
	if (strlen(forwarded_for) >= sizeof(list))
		forwarded_for += strlen(forwarded_for) - sizeof(list) + 1;
	text_copy(list, sizeof(list), forwarded_for);
	while (forwarded_is_proxy(conf, &client) && cut_last(list, &before))
		client = before;
	return client;
}
