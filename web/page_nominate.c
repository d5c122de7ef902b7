/* SPDX-License-Identifier: BSD-2-Clause */
/* The form for spam that came through an open proxy. */
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/inbox.h"
#include "store/nominations.h"
#include "web/embedded.h"
#include "web/filing.h"
#include "web/form_token.h"
#include "web/page.h"

#define FORM "nominate"

/* With what was typed, and why it was not accepted: a section of the template (NULL: none), and for
 * "refused" a text. */
static void show_form(const struct visit *visit, struct answer *answer, unsigned status,
	const char *problem, const char *why)
{
	char token[REQUEST_TOKEN_SIZE];

	form_token_make(visit, FORM, token);
	answer->status = status;
	page_write(visit, answer, "Nominate an open proxy", html_nominate,
		VALUES({"problem", .text = problem}, {problem != NULL ? problem : "", .number = 1},
			{"why", .text = why}, {"ip", .text = visit_field(visit, "ip")},
			{"spam", .text = visit_field(visit, "spam")},
			{"contact", .text = visit_field(visit, "contact")},
			{"token", .text = token}));
}

/* The file that was uploaded, or else the text that was pasted. */
static void find_spam(const struct visit *visit, struct nomination *nomination)
{
	const struct field *spam = visit_find_field(visit, "file");

	if (spam == NULL || spam->length == 0)
		spam = visit_find_field(visit, "spam");
	nomination->spam = spam != NULL ? spam->value : "";
	nomination->length = spam != NULL ? spam->length : 0;
}

static int end_form(const struct visit *visit, struct answer *answer,
	const struct nomination *nomination, enum nomination_end end, const char *why)
{
	char ip[ADDR_TEXT_SIZE];
	struct filing filing = {
		.request = nomination->request,
		.spam = nomination->spam,
		.length = nomination->length,
	};

	addr_format(&nomination->request.address, ip);
	switch (end) {
	case NOMINATION_FILED:
		filing.request.kind = REQUEST_NOMINATION;
		text_copy(filing.request.list, sizeof(filing.request.list), LIST_OF_PROXIES);
		return filing_send(visit, answer, &filing);
	case NOMINATION_WAITS:
		page_redirect(answer, "/request/%lld", (long long)nomination->request.id);
		break;
	case NOMINATION_LISTED:
		page_redirect(answer, "/lookup?ip=%s", ip);
		break;
	default:
		show_form(visit, answer, end == NOMINATION_TOO_LARGE ? 413 : 400, "refused", why);
	}
	return ERR_NONE;
}

static int file_nomination(const struct visit *visit, struct answer *answer)
{
	char buffer[512];
	struct text why = TEXT_OVER(buffer);
	struct nomination nomination = {
		.rules = &visit->conf->probe.hosts,
	};
	enum nomination_end end;
	const char *problem = filing_problem(visit, FORM);
	int err;

	if (problem == NULL && !visit_read_address(visit, &nomination.request.address))
		problem = "no_address";
	if (problem != NULL) {
		show_form(visit, answer, 400, problem, NULL);
		return ERR_NONE;
	}
	if (!page_take_allowance(visit, answer, ALLOWANCE_NOMINATIONS))
		return ERR_NONE;
	find_spam(visit, &nomination);
	filing_fill(visit, &nomination.request);
	err = nominations_check(visit->ops, &nomination, &end, &why);
	return err == ERR_NONE ? end_form(visit, answer, &nomination, end, buffer) : err;
}

int page_nominate(const struct visit *visit, struct answer *answer)
{
	if (visit->method == METHOD_POST)
		return file_nomination(visit, answer);
	show_form(visit, answer, 200, NULL, NULL);
	return ERR_NONE;
}
