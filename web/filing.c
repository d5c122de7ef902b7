/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks a form that a visitor sent, and makes a request of it. */
#include "web/filing.h"

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/inbox.h"
#include "web/form_token.h"
#include "web/page.h"
#include "web/site.h"

/* When a visitor may try again after a cap was reached. */
#define FULL_RETRY_SECS 3600

static bool is_too_long(const struct visit *visit, const char *name, size_t size)
{
	const struct field *field = visit_find_field(visit, name);

	return field != NULL && field->length >= size;
}

const char *filing_problem(const struct visit *visit, const char *form)
{
	if (visit->foreign || !form_token_is_good(visit, form, visit_field(visit, "token")))
		return "stale";
	if (is_too_long(visit, "contact", REQUEST_CONTACT_SIZE))
		return "contact_too_long";
	if (is_too_long(visit, "note", REQUEST_NOTE_SIZE))
		return "note_too_long";
	return NULL;
}

void filing_fill(const struct visit *visit, struct request *request)
{
	request->requested_at = visit->now;
	request->from_visitor = true;
	request->filed_from = visit->client;
	text_copy(request->filed_by, sizeof(request->filed_by), "visitor");
	visit_copy_field(visit, "contact", request->contact, sizeof(request->contact));
	text_copy(request->token, sizeof(request->token), visit_field(visit, "token"));
}

int filing_send(const struct visit *visit, struct answer *answer, const struct filing *filing)
{
	bool nomination = filing->request.kind == REQUEST_NOMINATION;
	struct usage usage;
	int err = inbox_read_usage(visit->ops, visit->inbox, visit->now, &usage);

	if (err != ERR_NONE)
		return err;
	enum cap cap = caps_check(&visit->conf->caps, &usage, nomination, filing->length);
	if (cap != CAP_NONE) {
		site_log_failure(cap_text(cap));
		page_problem(visit, answer, 503, "No more can be accepted at the moment", "full");
		answer->retry_secs = FULL_RETRY_SECS;
		return ERR_NONE;
	}
	err = inbox_file(visit->inbox, filing);
	if (err == ERR_NONE || err == ERR_EXISTS)
		page_redirect(answer, "/request/%s", filing->request.token);
	return err == ERR_EXISTS ? ERR_NONE : err;
}
