/* SPDX-License-Identifier: BSD-2-Clause */
/* The form for removal from a list: the four steps, and filing the request. */
#include "base/err.h"
#include "base/text.h"
#include "store/inbox.h"
#include "store/removals.h"
#include "store/requests.h"
#include "web/embedded.h"
#include "web/filing.h"
#include "web/form_token.h"
#include "web/page.h"

#define FORM "remove"

/* What the form is about. */
struct form {
	struct addr addr;
	char ip[ADDR_TEXT_SIZE];
	struct removal removal;
};

/* With what was typed, and why it was not accepted: a section of the template (NULL: none). */
static void show_form(const struct visit *visit, struct answer *answer, const struct form *form,
	const char *problem)
{
	char token[REQUEST_TOKEN_SIZE];

	form_token_make(visit, FORM, token);
	page_write(visit, answer, "Ask for removal", html_remove,
		VALUES({"ip", .text = form->ip}, {"list", .text = form->removal.list.name},
			{"reason", .text = form->removal.listing->reason},
			{"by_test", .number = form->removal.by_test},
			{"own", .number = addr_compare(&visit->client, &form->addr) == 0},
			{"problem", .text = problem}, {problem != NULL ? problem : "", .number = 1},
			{"contact", .text = visit_field(visit, "contact")},
			{"note", .text = visit_field(visit, "note")}, {"token", .text = token}));
}

/* Why there is no form, as a section of the template, with a time for some reasons. */
static void show_no_form(const struct visit *visit, struct answer *answer, const struct form *form,
	const char *title, const char *why, int64_t time)
{
	page_write(visit, answer, title, html_remove_none,
		VALUES({"title", .text = title}, {"ip", .text = form->ip}, {why, .number = 1},
			{"time", .time = time}));
}

static void refuse_form(const struct visit *visit, struct answer *answer, const struct form *form)
{
	const struct listing *listing = form->removal.listing;
	bool host = listing_test_entry(&form->addr) == TEST_ENTRY_NONE;

	if (listing == NULL || listing->id == 0)
		show_no_form(visit, answer, form, "There is nothing to remove",
			host ? "unlisted" : "test_entry", 0);
	else
		show_no_form(visit, answer, form, "This list does not accept requests", "expire",
			listing->expires_at);
}

static void show_too_early(
	const struct visit *visit, struct answer *answer, const struct form *form, int64_t next)
{
	show_no_form(visit, answer, form, "Too early", "too_early", next);
	answer->status = 429;
	answer->retry_secs = next - visit->now;
}

static int file_request(const struct visit *visit, struct answer *answer, const struct form *form)
{
	struct filing filing = {.request = {.kind = REQUEST_REMOVAL, .address = form->addr}};
	struct request *request = &filing.request;
	const char *problem = filing_problem(visit, FORM);
	bool waived;
	int64_t next;

	if (problem != NULL) {
		answer->status = 400;
		show_form(visit, answer, form, problem);
		return ERR_NONE;
	}
	filing_fill(visit, request);
	visit_copy_field(visit, "note", request->note, sizeof(request->note));
	text_copy(request->list, sizeof(request->list), form->removal.list.name);
	int err = removals_next(visit->ops, &form->removal, request, visit->now, &next, &waived);
	if (err != ERR_NONE)
		return err;
	if (next > visit->now)
		show_too_early(visit, answer, form, next);
	else if (page_take_allowance(visit, answer, ALLOWANCE_REMOVALS))
		err = filing_send(visit, answer, &filing);
	return err;
}

/* Whether a form was sent before: then it leads to the request that it made. */
static int find_sent_before(const struct visit *visit, bool *sent_r)
{
	struct request request;
	struct filing filing;
	const char *token = visit_field(visit, "token");
	int err = ERR_NOT_FOUND;

	if (visit->method == METHOD_POST && form_token_is_good(visit, FORM, token))
		err = requests_find_token(visit->ops, token, &request);
	if (visit->method == METHOD_POST && err == ERR_NOT_FOUND)
		err = inbox_find(visit->inbox, token, &filing);
	*sent_r = err == ERR_NONE;
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

int page_remove(const struct visit *visit, struct answer *answer)
{
	struct form form;
	bool sent;
	int err = find_sent_before(visit, &sent);

	if (err != ERR_NONE)
		return err;
	if (sent) {
		page_redirect(answer, "/request/%s", visit_field(visit, "token"));
		return ERR_NONE;
	}
	if (!page_read_address(visit, answer, &form.addr))
		return ERR_NONE;
	addr_format(&form.addr, form.ip);
	err = removals_read(
		visit->ops, &form.addr, visit_field(visit, "list"), visit->now, &form.removal);
	if (err != ERR_NONE)
		return err;
	if (!removals_are_accepted(&form.removal))
		refuse_form(visit, answer, &form);
	else if (visit->method == METHOD_POST)
		return file_request(visit, answer, &form);
	else
		show_form(visit, answer, &form, NULL);
	return ERR_NONE;
}
