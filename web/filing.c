/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks a form that a visitor sent, and makes a request of it. */
#include "web/filing.h"

#include "base/text.h"
#include "store/requests.h"
#include "web/form_token.h"

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
