/* SPDX-License-Identifier: BSD-2-Clause */
/* One refused message, found by the reference in its reply. */
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "mail/envelope.h"
#include "store/hits.h"
#include "store/lookup.h"
#include "web/embedded.h"
#include "web/page.h"

struct ref_page {
	const struct visit *visit;
	struct answer *answer;
	int err; /* of the look-up while the page is written */
};

/* Names the lists that have the address now. */
static int name_lists_now(const struct visit *visit, const char *client, struct text *names)
{
	struct lookup lookup;
	struct addr addr;
	int err;

	if (addr_parse(client, &addr) != ERR_NONE)
		return ERR_NONE;
	err = lookup_in(visit->ops, &addr, visit->now, &lookup);
	for (size_t i = 0; err == ERR_NONE && i < lookup.count; i++)
		text_add_format(
			names, "%s%s", names->length > 0 ? ", " : "", lookup.listings[i].list);
	return err;
}

/* Takes the hit, whose strings last for the call only. */
static void write_page(void *context, const struct hit_row *hit)
{
	struct ref_page *page = context;
	char buffer[512];
	struct text now = TEXT_OVER(buffer);
	struct envelope envelope;
	bool wide = strcmp(hit->network, hit->client) != 0;

	page->err = name_lists_now(page->visit, hit->client, &now);
	envelope_show(&(struct envelope_names){.sender = hit->mail_from,
			      .recipient = hit->rcpt_to,
			      .helo = hit->helo,
			      .client_name = hit->client_name},
		&envelope);
	if (page->err == ERR_NONE)
		page_write(page->visit, page->answer, "One refused message", html_ref,
			VALUES({"client", .text = hit->client},
				{"client_name", .text = hit->client_name[0] != '['
								? envelope.client_name
								: NULL},
				{"helo", .text = envelope.helo},
				{"sender", .text = envelope.sender},
				{"recipient", .text = envelope.recipient},
				{"list", .text = hit->list},
				{"network", .text = wide ? hit->network : NULL},
				{"reason", .text = hit->reason}, {hit->action, .number = 1},
				{"ref", .text = hit->ref}, {"mta", .text = hit->mta},
				{"at", .time = hit->at}, {"listed_at", .time = hit->listed_at},
				{"now", .text = buffer},
				{"site", .text = page->visit->conf->site_url}));
}

int page_ref(const struct visit *visit, struct answer *answer)
{
	struct ref_page page = {.visit = visit, .answer = answer, .err = ERR_NONE};
	int err = hits_find(visit->hits, visit->rest, write_page, &page);

	if (err == ERR_SYNTAX || err == ERR_NOT_FOUND) {
		page_problem(visit, answer, 404, "There is no such reference", "no_ref");
		return ERR_NONE;
	}
	return err != ERR_NONE ? err : page.err;
}
