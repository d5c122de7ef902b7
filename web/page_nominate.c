/* SPDX-License-Identifier: BSD-2-Clause */
/* The form for spam that came through an open proxy. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/nominations.h"
#include "web/embedded.h"
#include "web/form_token.h"
#include "web/page.h"
#include "web/template.h"

#define FORM "nominate"

static void show_form(
	const struct visit *visit, struct answer *answer, unsigned status, const char *problem)
{
	char token[REQUEST_TOKEN_SIZE];

	form_token_make(visit, FORM, token);
	answer->status = status;
	page_begin(visit, answer, "Nominate an open proxy");
	template_write(answer->out, html_nominate,
		(const struct value[]){
			{"problem", .text = problem},
			{"ip", .text = visit_field(visit, "ip")},
			{"spam", .text = visit_field(visit, "spam")},
			{"contact", .text = visit_field(visit, "contact")},
			{"token", .text = token},
			{.name = NULL},
		});
}

/* The file that was uploaded, or else what was pasted. */
static void find_spam(const struct visit *visit, struct nomination *nomination)
{
	const struct field *spam = visit_find_field(visit, "file");

	if (spam == NULL || spam->length == 0)
		spam = visit_find_field(visit, "spam");
	nomination->spam = spam != NULL ? spam->value : "";
	nomination->length = spam != NULL ? spam->length : 0;
	nomination->source = "the site's form";
}

static void fill(const struct visit *visit, struct nomination *nomination)
{
	struct request *request = &nomination->request;

	find_spam(visit, nomination);
	nomination->allowed = visit->conf->probe.allow_private;
	nomination->allowed_count = visit->conf->probe.allow_private_count;
	request->requested_at = visit->now;
	request->from_visitor = true;
	request->filed_from = visit->client;
	text_copy(request->filed_by, sizeof(request->filed_by), "visitor");
	page_copy_text(request->contact, sizeof(request->contact), visit_field(visit, "contact"));
	text_copy(request->token, sizeof(request->token), visit_field(visit, "token"));
}

static void show_end(const struct visit *visit, struct answer *answer,
	const struct nomination *nomination, enum nomination_end end, const char *why)
{
	char problem[640];
	char ip[ADDR_TEXT_SIZE];

	addr_format(&nomination->request.address, ip);
	switch (end) {
	case NOMINATION_FILED:
	case NOMINATION_WAITS:
		answer->status = 303;
		snprintf(answer->location, sizeof(answer->location), "/request/%lld",
			(long long)nomination->request.id);
		return;
	case NOMINATION_LISTED:
		answer->status = 303;
		snprintf(answer->location, sizeof(answer->location), "/lookup?ip=%s", ip);
		return;
	default:
		snprintf(problem, sizeof(problem), "This cannot be taken: %s.", why);
		show_form(visit, answer, end == NOMINATION_TOO_LARGE ? 413 : 400, problem);
	}
}

static int file(const struct visit *visit, struct answer *answer)
{
	char buffer[512];
	struct text why = TEXT_OVER(buffer);
	struct nomination nomination = {.request = {.id = 0}};
	enum nomination_end end;
	const char *contact = visit_field(visit, "contact");
	int err;

	if (visit->foreign || !form_token_is_good(visit, FORM, visit_field(visit, "token"))) {
		show_form(visit, answer, 400,
			"This form has been open for long, or was sent from elsewhere. Please send "
			"it once more; what you typed is still here, a file must be chosen again.");
		return ERR_NONE;
	}
	if (!page_parse_address(visit_field(visit, "ip"), &nomination.request.address)) {
		show_form(visit, answer, 400,
			"That is not an IP address: four numbers such as 192.0.2.1 are wanted, or "
			"an "
			"IPv6 address such as 2001:db8::1.");
		return ERR_NONE;
	}
	if (strlen(contact) >= REQUEST_CONTACT_SIZE) {
		show_form(
			visit, answer, 400, "The contact is too long; one mail address is enough.");
		return ERR_NONE;
	}
	if (!page_take_allowance(visit, answer, ALLOWANCE_NOMINATIONS))
		return ERR_NONE;
	fill(visit, &nomination);
	err = nominations_file(visit->ops, &nomination, &end, &why);
	if (err == ERR_NONE)
		show_end(visit, answer, &nomination, end, buffer);
	return err;
}

int page_nominate(const struct visit *visit, struct answer *answer)
{
	if (visit->method == METHOD_POST)
		return file(visit, answer);
	show_form(visit, answer, 200, NULL);
	return ERR_NONE;
}
