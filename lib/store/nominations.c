/* SPDX-License-Identifier: BSD-2-Clause */
/* Nominations: which spam copies are accepted, and filed as requests. */
#include "store/nominations.h"

#include "base/err.h"
#include "base/reserved.h"
#include "base/text.h"
#include "core/listing.h"
#include "core/received.h"
#include "store/evidence.h"
#include "store/lists.h"
#include "store/lookup.h"

/* What the nomination alone says against it. */
static enum nomination_end judge_nomination(const struct nomination *nomination, struct text *why_r)
{
	const struct addr *addr = &nomination->request.address;
	char ip[ADDR_TEXT_SIZE];

	if (reserved_addr(addr, nomination->rules, why_r))
		return NOMINATION_NOT_A_HOST;
	if (nomination->length == 0) {
		text_add(why_r, "the spam copy is empty; send the whole message with its header");
		return NOMINATION_EMPTY;
	}
	if (nomination->length > EVIDENCE_MAX) {
		text_add(why_r,
			"the spam copy is larger than 1 MB; its header and some of its text are "
			"enough");
		return NOMINATION_TOO_LARGE;
	}
	if (!nomination->confirmed && !received_names(nomination->spam, nomination->length, addr)) {
		addr_format(addr, ip);
		text_add_format(why_r,
			"no Received field of the message says that a server received it from %s; "
			"send the whole header, as your mail server wrote it",
			ip);
		return NOMINATION_NOT_RECEIVED;
	}
	return NOMINATION_FILED;
}

/* The list of proxies, and whether the address is on it. */
static int read_list(struct db *db, struct request *request, bool *listed_r)
{
	struct lists lists;
	struct lookup lookup;
	int err = lists_read(db, &lists);
	const struct list *list = err == ERR_NONE ? lists_find(&lists, LIST_OF_PROXIES) : NULL;

	if (list == NULL)
		return err == ERR_NONE ? ERR_NOT_FOUND : err;
	request->list_id = list->id;
	err = lookup_in(db, &request->address, request->requested_at, &lookup);
	*listed_r = err == ERR_NONE && lookup_has_list(&lookup, list->id);
	return err;
}

static enum nomination_end waits(const struct request *request, struct text *why_r)
{
	text_add_format(
		why_r, "the address is nominated already, by request %lld", (long long)request->id);
	return NOMINATION_WAITS;
}

int nominations_check(struct db *db, struct nomination *nomination, enum nomination_end *end_r,
	struct text *why_r)
{
	struct request *request = &nomination->request;
	bool listed;

	request->id = 0;
	*end_r = judge_nomination(nomination, why_r);
	if (*end_r != NOMINATION_FILED)
		return ERR_NONE;
	int err = read_list(db, request, &listed);
	if (err == ERR_NONE && listed) {
		text_add(why_r, "the address is on the list " LIST_OF_PROXIES " already");
		*end_r = NOMINATION_LISTED;
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = requests_find_undecided(
			db, REQUEST_NOMINATION, &request->address, request->list_id, &request->id);
	if (err == ERR_NONE && request->id != 0)
		*end_r = waits(request, why_r);
	return err;
}

int nominations_file(struct db *db, struct nomination *nomination, enum nomination_end *end_r,
	struct text *why_r)
{
	struct request *request = &nomination->request;
	struct evidence spam = {
		.at = request->requested_at,
		.who = request->filed_by,
		.kind = "spam",
		.source = nomination->source,
	};
	int err = nominations_check(db, nomination, end_r, why_r);

	if (err != ERR_NONE || *end_r != NOMINATION_FILED)
		return err;
	request->kind = REQUEST_NOMINATION;
	request->state = REQUEST_OPEN;
	request->next_test_at = request->requested_at > nomination->not_before
					? request->requested_at
					: nomination->not_before;
	evidence_set_body(&spam, nomination->spam, nomination->length);
	err = requests_file(db, request, &spam);
	if (err != ERR_EXISTS)
		return err;
	*end_r = waits(request, why_r);
	return ERR_NONE;
}
