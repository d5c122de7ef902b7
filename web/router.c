/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/router.h"

#include <string.h>

#define BOTH (METHOD_GET | METHOD_POST)

const struct route routes[] = {
	{"/", false, METHOD_GET, 0, page_front},
	{"/lookup", false, METHOD_GET, NEED_OPS | NEED_HITS | NEED_ALLOWANCE, page_lookup},
	{"/ref/", true, METHOD_GET, NEED_OPS | NEED_HITS | NEED_ALLOWANCE, page_ref},
	{"/evidence/", true, METHOD_GET, NEED_OPS | NEED_ALLOWANCE, page_evidence},
	{"/remove", false, BOTH, NEED_OPS, page_remove},
	{"/request/", true, METHOD_GET, NEED_OPS, page_request},
	{"/nominate", false, BOTH, NEED_OPS | NEED_UPLOAD, page_nominate},
	{"/help/sender", false, METHOD_GET, 0, page_help_sender},
	{"/help/recipient", false, METHOD_GET, 0, page_help_recipient},
	{"/help/fix", false, METHOD_GET, 0, page_help_fix},
	{"/faq", false, METHOD_GET, 0, page_faq},
	{"/lists", false, METHOD_GET, NEED_OPS, page_lists},
	{"/use", false, METHOD_GET, 0, page_use},
	{"/contact", false, METHOD_GET, 0, page_contact},
	{"/api/lookup", false, METHOD_GET, NEED_OPS | NEED_ALLOWANCE, page_api_lookup},
	{"/metrics", false, METHOD_GET, 0, page_metrics},
	{"/healthz", false, METHOD_GET, 0, page_healthz},
	{"/style.css", false, METHOD_GET, 0, page_style},
	{"/icon.svg", false, METHOD_GET, 0, page_icon},
	{.path = NULL},
};

const struct route *router_find(const char *path, const char **rest_r)
{
	for (const struct route *route = routes; route->path != NULL; route++) {
		size_t length = strlen(route->path);
		*rest_r = path + length;
		if (strncmp(path, route->path, length) == 0 &&
			(route->takes_rest ? path[length] != '\0' : path[length] == '\0'))
			return route;
	}
	*rest_r = "";
	return NULL;
}
