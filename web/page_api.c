/* SPDX-License-Identifier: BSD-2-Clause */
/* The look-up for programs, in JSON (RFC 8259). */
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "conf/conf.h"
#include "store/lists.h"
#include "store/lookup.h"
#include "web/page.h"

static void write_listing(
	struct json *json, const struct lists *lists, const struct listing *listing)
{
	const struct list *list = lists_find(lists, listing->list);
	char network[NETWORK_TEXT_SIZE];

	network_format(&listing->network, network);
	json_open(json, NULL, '{');
	json_text(json, "list", listing->list);
	json_text(json, "network", network);
	json_text(json, "reason", listing->reason);
	json_time(json, "listed_at", listing->listed_at);
	json_time(json, "expires_at", listing->expires_at);
	json_text(json, "action", list_action_name(listing->action));
	json_text(
		json, "removal", list_removal_name(list != NULL ? list->removal : REMOVAL_EXPIRE));
	json_close(json, '}');
}

static void write_error(struct answer *answer, unsigned status, const char *text)
{
	struct json json = {.file = answer->out};

	answer->status = status;
	json_open(&json, NULL, '{');
	json_text(&json, "error", text);
	json_close(&json, '}');
	json_end_line(&json);
}

static void write_lookup(
	struct json *json, const char *url, const struct lists *lists, const struct lookup *lookup)
{
	json_bool(json, "listed", lookup->count > 0);
	json_bool(json, "exempt", lookup->exempt);
	json_text(json, "url", url);
	json_open(json, "listings", '[');
	for (size_t i = 0; i < lookup->count; i++)
		write_listing(json, lists, &lookup->listings[i]);
	json_close(json, ']');
}

int page_api_lookup(const struct visit *visit, struct answer *answer)
{
	struct json json = {.file = answer->out};
	struct lists lists;
	struct lookup lookup;
	struct addr addr;
	char ip[ADDR_TEXT_SIZE];
	char url[512];
	int err;

	answer->type = "application/json";
	if (addr_parse(visit_field(visit, "ip"), &addr) != ERR_NONE) {
		write_error(answer, 400, "ip: not an IPv4 or IPv6 address");
		return ERR_NONE;
	}
	err = lists_read(visit->ops, &lists);
	if (err == ERR_NONE)
		err = lookup_in(visit->ops, &addr, visit->now, &lookup);
	if (err != ERR_NONE)
		return err;
	addr_format(&addr, ip);
	snprintf(url, sizeof(url), "%s/lookup?ip=%s", visit->conf->site_url, ip);
	json_open(&json, NULL, '{');
	json_text(&json, "ip", ip);
	write_lookup(&json, url, &lists, &lookup);
	json_close(&json, '}');
	json_end_line(&json);
	return ERR_NONE;
}
