/* SPDX-License-Identifier: BSD-2-Clause */
/* Nominations: which spam copies are accepted, and filed as requests. */
#include "store/nominations.h"

#include <string.h>

#include "base/err.h"
#include "base/own.h"
#include "base/text.h"
#include "core/listing.h"
#include "core/received.h"
#include "store/evidence.h"
#include "store/lists.h"
#include "store/lookup.h"

static bool is_allowed(const struct nomination *nomination)
{
	return network_find(nomination->allowed, nomination->allowed_count,
		       &nomination->request.address) != NULL;
}

/* What the nomination alone says against it. */
static enum nomination_end judge(const struct nomination *nomination, struct text *why_r)
{
	const struct addr *addr = &nomination->request.address;
	const struct network network = network_of_addr(addr);
	const char *range = listing_reserved_range(&network);
	char ip[ADDR_TEXT_SIZE];

	addr_format(addr, ip);
	if (!is_allowed(nomination) && range != NULL) {
		text_add_format(why_r,
			"%s is of a reserved range (%s), and no host of the internet", ip, range);
		return NOMINATION_NOT_A_HOST;
	}
	if (!is_allowed(nomination) && addr_is_own(addr)) {
		text_add_format(why_r, "%s is this machine's own address", ip);
		return NOMINATION_NOT_A_HOST;
	}
	if (nomination->length == 0) {
		text_add(
			why_r, "the spam copy is empty; a whole message with its header is wanted");
		return NOMINATION_EMPTY;
	}
	if (nomination->length > EVIDENCE_MAX) {
		text_add(why_r,
			"the spam copy is larger than 1 MB; its header and some of its text do");
		return NOMINATION_TOO_LARGE;
	}
	if (!nomination->confirmed && !received_names(nomination->spam, nomination->length, addr)) {
		text_add_format(why_r,
			"no Received field of the message says that a server took it from %s; the "
			"whole header is wanted, as your mail server wrote it",
			ip);
		return NOMINATION_NOT_RECEIVED;
	}
	return NOMINATION_FILED;
}

static int read_list(struct db *db, struct request *request)
{
	struct lists lists;
	const struct list *list = NULL;
	int err = lists_read(db, &lists);

	if (err == ERR_NONE)
		list = lists_find(&lists, LIST_OF_PROXIES);
	if (err == ERR_NONE && list == NULL)
		err = ERR_NOT_FOUND;
	request->list_id = list != NULL ? list->id : 0;
	return err;
}

static int read_listed(struct db *db, const struct request *request, bool *listed_r)
{
	struct lookup lookup;
	int err = lookup_in(db, &request->address, request->requested_at, &lookup);

	*listed_r = false;
	for (size_t i = 0; err == ERR_NONE && i < lookup.count; i++)
		*listed_r = *listed_r || lookup.listings[i].list_id == request->list_id;
	return err;
}

static int file(struct db *db, struct nomination *nomination, enum nomination_end *end_r,
	struct text *why_r)
{
	struct request *request = &nomination->request;
	struct evidence spam = {
		.at = request->requested_at,
		.who = request->filed_by,
		.kind = "spam",
		.source = nomination->source,
	};
	int err;

	request->kind = REQUEST_NOMINATION;
	request->state = REQUEST_OPEN;
	request->next_test_at = request->requested_at;
	evidence_set_body(&spam, nomination->spam, nomination->length);
	err = requests_file(db, request, &spam);
	if (err != ERR_EXISTS)
		return err;
	text_add_format(why_r, "it is nominated already, by request %lld", (long long)request->id);
	*end_r = NOMINATION_WAITS;
	return ERR_NONE;
}

int nominations_file(struct db *db, struct nomination *nomination, enum nomination_end *end_r,
	struct text *why_r)
{
	struct request *request = &nomination->request;
	bool listed;
	int err;

	request->id = 0;
	*end_r = judge(nomination, why_r);
	if (*end_r != NOMINATION_FILED)
		return ERR_NONE;
	err = read_list(db, request);
	if (err == ERR_NONE)
		err = read_listed(db, request, &listed);
	if (err != ERR_NONE)
		return err;
	if (listed) {
		text_add(why_r, "it is on the list " LIST_OF_PROXIES " already");
		*end_r = NOMINATION_LISTED;
		return ERR_NONE;
	}
	return file(db, nomination, end_r, why_r);
}
