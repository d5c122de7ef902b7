/* SPDX-License-Identifier: BSD-2-Clause */
/* The way off a list: the four steps and the form; filing the request. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/lists.h"
#include "store/lookup.h"
#include "store/requests.h"
#include "web/embedded.h"
#include "web/form_token.h"
#include "web/page.h"
#include "web/template.h"

#define FORM "remove"

/* What the form is about. */
struct removal {
	struct addr addr;
	char ip[ADDR_TEXT_SIZE];
	struct lookup lookup;
	struct listing *listing; /* the one to be ended; NULL: there is none */
	struct list list;
	bool by_test; /* a test decides, at once */
};

/* The listing on the list that the form names, else on that of the proxies, else the first. */
static void choose_listing(struct removal *removal, const char *name)
{
	for (size_t i = 0; i < removal->lookup.count; i++)
		if (strcmp(removal->lookup.listings[i].list, name) == 0)
			removal->listing = &removal->lookup.listings[i];
	if (removal->listing != NULL || name[0] != '\0')
		return;
	choose_listing(removal, LIST_OF_PROXIES);
	if (removal->listing == NULL && removal->lookup.count > 0)
		removal->listing = &removal->lookup.listings[0];
}

static int read_removal(const struct visit *visit, struct removal *removal)
{
	struct lists lists;
	const struct list *list;
	int err = lists_read(visit->ops, &lists);

	if (err == ERR_NONE)
		err = lookup_in(visit->ops, &removal->addr, visit->now, &removal->lookup);
	if (err != ERR_NONE)
		return err;
	choose_listing(removal, visit_field(visit, "list"));
	list = removal->listing != NULL ? lists_find(&lists, removal->listing->list) : NULL;
	if (list == NULL)
		return ERR_NONE;
	removal->list = *list;
	removal->by_test = list->removal == REMOVAL_RETEST &&
			   strcmp(list->name, LIST_OF_PROXIES) == 0 &&
			   removal->listing->network.prefix == NETWORK_MAX_PREFIX;
	return ERR_NONE;
}

/* With what was typed, if something was. */
static void show_form(const struct visit *visit, struct answer *answer,
	const struct removal *removal, const char *problem)
{
	char token[REQUEST_TOKEN_SIZE];

	form_token_make(visit, FORM, token);
	page_begin(visit, answer, "Ask for removal");
	template_write(answer->out, html_remove,
		(const struct value[]){
			{"ip", .text = removal->ip},
			{"list", .text = removal->list.name},
			{"title", .text = removal->list.title},
			{"reason", .text = removal->listing->reason},
			{"by_test", .text = removal->by_test ? "yes" : NULL},
			{"own", .text = addr_compare(&visit->client, &removal->addr) == 0 ? "yes"
											  : NULL},
			{"problem", .text = problem},
			{"contact", .text = visit_field(visit, "contact")},
			{"note", .text = visit_field(visit, "note")},
			{"token", .text = token},
			{.name = NULL},
		});
}

/* A page in place of the form, for an address that no request can help. */
static void show_nothing_to_do(const struct visit *visit, struct answer *answer,
	const struct removal *removal, const char *title, const char *text)
{
	page_begin(visit, answer, title);
	template_write(answer->out, html_remove_none,
		(const struct value[]){
			{"ip", .text = removal->ip},
			{"title", .text = title},
			{"text", .text = text},
			{.name = NULL},
		});
}

static void show_expiring(
	const struct visit *visit, struct answer *answer, const struct removal *removal)
{
	int64_t end = removal->listing->expires_at;
	char time[PAGE_TIME_SIZE];
	char text[256];

	page_format_time(end, time);
	snprintf(text, sizeof(text),
		"Its entries come and go by themselves: this one ends %s%s, unless something new "
		"comes up.",
		end == CLOCK_NEVER ? "when the operator ends it" : "on ",
		end == CLOCK_NEVER ? "" : time);
	show_nothing_to_do(visit, answer, removal, "This list takes no requests", text);
}

static bool can_be_asked(
	const struct visit *visit, struct answer *answer, const struct removal *removal)
{
	if (removal->listing == NULL || removal->listing->id == 0)
		show_nothing_to_do(visit, answer, removal, "There is nothing to remove",
			listing_test_entry(&removal->addr) == TEST_ENTRY_NONE
				? "This address is not listed, so no request is needed. Mail that "
				  "is "
				  "sent now is not refused because of these lists."
				: "This is a test entry. It is the same on every list, and stays.");
	else if (removal->list.removal == REMOVAL_EXPIRE)
		show_expiring(visit, answer, removal);
	else
		return true;
	return false;
}

static void redirect(const struct visit *visit, struct answer *answer, int64_t id)
{
	(void)visit;
	answer->status = 303;
	snprintf(answer->location, sizeof(answer->location), "/request/%lld", (long long)id);
}

static void show_too_early(const struct visit *visit, struct answer *answer,
	const struct removal *removal, int64_t next)
{
	char time[PAGE_TIME_SIZE];
	char text[512];

	page_format_time(next, time);
	snprintf(text, sizeof(text),
		"The last request did not take this address off. The next one is taken from %s on, "
		"so that there is time to close the hole. A request that comes from the listed "
		"address itself is taken once without waiting.",
		time);
	show_nothing_to_do(visit, answer, removal, "A little too early", text);
	answer->status = 429;
	answer->retry_secs = next - visit->now;
}

/* Whether the request may come now; if not, the page says when. */
static int check_time(const struct visit *visit, struct answer *answer,
	const struct removal *removal, struct request *request, bool *allowed_r)
{
	struct request_record record;
	int64_t next;
	int err = requests_read_record(visit->ops, &removal->addr, removal->list.id, &record);

	*allowed_r = false;
	if (err != ERR_NONE)
		return err;
	next = requests_next_allowed(&record);
	if (visit->now >= next) {
		*allowed_r = true;
	} else if (addr_compare(&visit->client, &removal->addr) == 0 && !record.waived) {
		request->waived = true;
		*allowed_r = true;
	} else {
		show_too_early(visit, answer, removal, next);
	}
	return ERR_NONE;
}

/* What is wrong with what was typed, or NULL. */
static const char *find_problem(const struct visit *visit)
{
	const struct field *contact = visit_find_field(visit, "contact");
	const struct field *note = visit_find_field(visit, "note");

	if (visit->foreign || !form_token_is_good(visit, FORM, visit_field(visit, "token")))
		return "This form has been open for long, or was sent from elsewhere. Please send "
		       "it once more; what you typed is still here.";
	if (contact != NULL && contact->length >= REQUEST_CONTACT_SIZE)
		return "The contact is too long; one mail address is enough.";
	if (note != NULL && note->length >= REQUEST_NOTE_SIZE)
		return "What was done is too long; some sentences are enough.";
	return NULL;
}

static void fill_request(
	const struct visit *visit, const struct removal *removal, struct request *request)
{
	request->kind = REQUEST_REMOVAL;
	request->state = removal->by_test ? REQUEST_OPEN : REQUEST_REVIEW;
	request->next_test_at = removal->by_test ? visit->now : CLOCK_NEVER;
	request->address = removal->addr;
	request->list_id = removal->list.id;
	request->requested_at = visit->now;
	request->from_visitor = true;
	request->filed_from = visit->client;
	text_copy(request->filed_by, sizeof(request->filed_by), "visitor");
	page_copy_text(request->contact, sizeof(request->contact), visit_field(visit, "contact"));
	page_copy_text(request->note, sizeof(request->note), visit_field(visit, "note"));
	text_copy(request->token, sizeof(request->token), visit_field(visit, "token"));
}

static int file(const struct visit *visit, struct answer *answer, const struct removal *removal)
{
	struct request request = {.id = 0};
	const char *problem = find_problem(visit);
	bool allowed;
	int err;

	if (problem != NULL) {
		answer->status = 400;
		show_form(visit, answer, removal, problem);
		return ERR_NONE;
	}
	err = check_time(visit, answer, removal, &request, &allowed);
	if (err != ERR_NONE || !allowed || !page_take_allowance(visit, answer, ALLOWANCE_REMOVALS))
		return err;
	fill_request(visit, removal, &request);
	err = requests_file(visit->ops, &request, NULL);
	if (err != ERR_NONE && err != ERR_EXISTS)
		return err;
	redirect(visit, answer, request.id);
	return ERR_NONE;
}

/* A form that is sent again leads to the request that it made, whatever became of it. */
static int find_sent_before(const struct visit *visit, int64_t *id_r)
{
	struct request request;
	const char *token = visit_field(visit, "token");
	int err = ERR_NOT_FOUND;

	*id_r = 0;
	if (visit->method == METHOD_POST && form_token_is_good(visit, FORM, token))
		err = requests_find_token(visit->ops, token, &request);
	if (err == ERR_NONE)
		*id_r = request.id;
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

int page_remove(const struct visit *visit, struct answer *answer)
{
	struct removal removal = {.listing = NULL};
	int64_t sent_before;
	int err = find_sent_before(visit, &sent_before);

	if (err != ERR_NONE)
		return err;
	if (sent_before) {
		redirect(visit, answer, sent_before);
		return ERR_NONE;
	}
	if (!page_read_address(visit, answer, &removal.addr))
		return ERR_NONE;
	addr_format(&removal.addr, removal.ip);
	err = read_removal(visit, &removal);
	if (err != ERR_NONE || !can_be_asked(visit, answer, &removal))
		return err;
	if (visit->method == METHOD_POST)
		return file(visit, answer, &removal);
	show_form(visit, answer, &removal, NULL);
	return ERR_NONE;
}
