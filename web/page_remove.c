/* SPDX-License-Identifier: BSD-2-Clause */
/* The form for removal from a list: the four steps, and filing the request. */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/lists.h"
#include "store/lookup.h"
#include "store/requests.h"
#include "web/embedded.h"
#include "web/filing.h"
#include "web/form_token.h"
#include "web/page.h"

#define FORM "remove"

/* What the form is about. */
struct removal {
	struct addr addr;
	char ip[ADDR_TEXT_SIZE];
	struct lookup lookup;
	struct listing *listing; /* the one to end; NULL: there is none */
	struct list list;
	bool by_test; /* a test decides, at once */
};

/* The listing on the list that the form names; without a name that on the list of open proxies, or
 * else the first. */
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

/* With what was typed, and why it was not accepted: a section of the template (NULL: none). */
static void show_form(const struct visit *visit, struct answer *answer,
	const struct removal *removal, const char *problem)
{
	char token[REQUEST_TOKEN_SIZE];

	form_token_make(visit, FORM, token);
	page_write(visit, answer, "Ask for removal", html_remove,
		VALUES({"ip", .text = removal->ip}, {"list", .text = removal->list.name},
			{"reason", .text = removal->listing->reason},
			{"by_test", .number = removal->by_test},
			{"own", .number = addr_compare(&visit->client, &removal->addr) == 0},
			{"problem", .text = problem}, {problem != NULL ? problem : "", .number = 1},
			{"contact", .text = visit_field(visit, "contact")},
			{"note", .text = visit_field(visit, "note")}, {"token", .text = token}));
}

/* Why there is no form, as a section of the template, with a time for some reasons. */
static void show_no_form(const struct visit *visit, struct answer *answer,
	const struct removal *removal, const char *title, const char *why, int64_t time)
{
	page_write(visit, answer, title, html_remove_none,
		VALUES({"title", .text = title}, {"ip", .text = removal->ip}, {why, .number = 1},
			{"time", .time = time}));
}

static bool can_be_asked(
	const struct visit *visit, struct answer *answer, const struct removal *removal)
{
	bool host = listing_test_entry(&removal->addr) == TEST_ENTRY_NONE;

	if (removal->listing == NULL || removal->listing->id == 0)
		show_no_form(visit, answer, removal, "There is nothing to remove",
			host ? "unlisted" : "test_entry", 0);
	else if (removal->list.removal == REMOVAL_EXPIRE)
		show_no_form(visit, answer, removal, "This list does not accept requests", "expire",
			removal->listing->expires_at);
	else
		return true;
	return false;
}

/* Whether a request is accepted now; if not, the page says when. */
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
	request->waived = visit->now < next && !record.waived &&
			  addr_compare(&visit->client, &removal->addr) == 0;
	*allowed_r = visit->now >= next || request->waived;
	if (!*allowed_r) {
		show_no_form(visit, answer, removal, "Too early", "too_early", next);
		answer->status = 429;
		answer->retry_secs = next - visit->now;
	}
	return ERR_NONE;
}

static int file_request(
	const struct visit *visit, struct answer *answer, const struct removal *removal)
{
	struct request request = {
		.kind = REQUEST_REMOVAL,
		.state = removal->by_test ? REQUEST_OPEN : REQUEST_REVIEW,
		.next_test_at = removal->by_test ? visit->now : CLOCK_NEVER,
		.address = removal->addr,
		.list_id = removal->list.id,
	};
	const char *problem = filing_problem(visit, FORM);
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
	filing_fill(visit, &request);
	visit_copy_field(visit, "note", request.note, sizeof(request.note));
	err = requests_file(visit->ops, &request, NULL);
	if (err != ERR_NONE && err != ERR_EXISTS)
		return err;
	page_redirect(answer, "/request/%lld", (long long)request.id);
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
	if (sent_before != 0) {
		page_redirect(answer, "/request/%lld", (long long)sent_before);
		return ERR_NONE;
	}
	if (!page_read_address(visit, answer, &removal.addr))
		return ERR_NONE;
	addr_format(&removal.addr, removal.ip);
	err = read_removal(visit, &removal);
	if (err != ERR_NONE || !can_be_asked(visit, answer, &removal))
		return err;
	if (visit->method == METHOD_POST)
		return file_request(visit, answer, &removal);
	show_form(visit, answer, &removal, NULL);
	return ERR_NONE;
}
