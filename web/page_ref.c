/* SPDX-License-Identifier: BSD-2-Clause */
/* One refusal, for whoever has its reference. */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "core/hit.h"
#include "core/mask.h"
#include "store/hits.h"
#include "store/lookup.h"
#include "web/embedded.h"
#include "web/page.h"
#include "web/template.h"

/* What the page keeps of a hit, whose strings last for the call only. */
struct refusal {
	char client[ADDR_TEXT_SIZE];
	char client_name[256];
	char helo[256];
	char sender[MASK_MAILBOX_SIZE];
	char recipient[MASK_MAILBOX_SIZE];
	char list[LIST_NAME_SIZE];
	char network[NETWORK_TEXT_SIZE];
	char reason[REASON_SIZE];
	char action[16];
	char ref[REF_SIZE];
	char mta[256];
	char at[PAGE_TIME_SIZE];
	char listed_at[PAGE_TIME_SIZE];
};

static void keep(void *context, const struct hit_row *row)
{
	struct refusal *refusal = context;

	text_copy(refusal->client, sizeof(refusal->client), row->client);
	text_copy(refusal->client_name, sizeof(refusal->client_name), row->client_name);
	text_copy(refusal->helo, sizeof(refusal->helo), row->helo);
	text_copy(refusal->sender, sizeof(refusal->sender), row->mail_from);
	mask_mailbox(row->rcpt_to, refusal->recipient);
	text_copy(refusal->list, sizeof(refusal->list), row->list);
	text_copy(refusal->network, sizeof(refusal->network), row->network);
	text_copy(refusal->reason, sizeof(refusal->reason), row->reason);
	text_copy(refusal->action, sizeof(refusal->action), row->action);
	text_copy(refusal->ref, sizeof(refusal->ref), row->ref);
	text_copy(refusal->mta, sizeof(refusal->mta), row->mta);
	page_format_time(row->at, refusal->at);
	page_format_time(row->listed_at, refusal->listed_at);
}

/* What was done with the message, by the hit's action. */
static const struct {
	const char *action;
	const char *verb;
	const char *participle;
} actions[] = {
	{"refused", "refused", "refused"},
	{"deferred", "put off", "put off for later"},
	{"tagged", "accepted, with a mark,", "accepted, with a mark"},
	{"logged", "accepted", "accepted"},
	{"exempt", "accepted", "accepted, as an exception"},
	{"left", "was about to refuse", "not sent after all"},
};

static size_t action_index(const char *action)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].action, action) == 0)
			return i;
	return 0;
}

/* Names the lists that have the address now. */
static int name_lists_now(const struct visit *visit, const char *client, struct text *names)
{
	struct lookup lookup;
	struct addr addr;
	int err;

	if (addr_parse(client, &addr))
		return ERR_NONE;
	err = lookup_in(visit->ops, &addr, visit->now, &lookup);
	for (size_t i = 0; err == ERR_NONE && i < lookup.count; i++)
		text_add_format(names, "%s%s", names->length ? ", " : "", lookup.listings[i].list);
	return err;
}

static void show(const struct visit *visit, struct answer *answer, const struct refusal *refusal,
	const char *now)
{
	size_t action = action_index(refusal->action);

	page_begin(visit, answer, "One refused message");
	template_write(answer->out, html_ref,
		(const struct value[]){
			{"client", .text = refusal->client},
			{"client_name", .text = refusal->client_name[0] == '['
							? NULL
							: refusal->client_name},
			{"helo", .text = refusal->helo},
			{"sender", .text = refusal->sender[0] ? refusal->sender : "(not named)"},
			{"recipient", .text = refusal->recipient[0] ? refusal->recipient
								    : "(not named yet)"},
			{"list", .text = refusal->list},
			{"network", .text = strcmp(refusal->network, refusal->client) == 0
						    ? NULL
						    : refusal->network},
			{"reason", .text = refusal->reason},
			{"action", .text = actions[action].verb},
			{"participle", .text = actions[action].participle},
			{"ref", .text = refusal->ref},
			{"mta", .text = refusal->mta},
			{"at", .text = refusal->at},
			{"listed_at", .text = refusal->listed_at},
			{"now", .text = now},
			{"site", .text = visit->conf->site_url},
			{.name = NULL},
		});
}

int page_ref(const struct visit *visit, struct answer *answer)
{
	char buffer[512];
	struct text now = TEXT_OVER(buffer);
	struct refusal refusal;
	int err = hits_find(visit->hits, visit->rest, keep, &refusal);

	if (err == ERR_SYNTAX || err == ERR_NOT_FOUND) {
		page_problem(visit, answer, 404, "There is no such reference",
			"Please copy it whole from the message that came back; it stands at the "
			"end, "
			"after \"ref\". Old records are thrown away after some time. The address "
			"itself can be looked up here.",
			NULL);
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = name_lists_now(visit, refusal.client, &now);
	if (err == ERR_NONE)
		show(visit, answer, &refusal, buffer);
	return err;
}
