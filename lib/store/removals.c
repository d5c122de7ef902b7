/* SPDX-License-Identifier: BSD-2-Clause */
/* Removal requests: which listing they are about, when they are accepted and tested. */
#include "store/removals.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/lists.h"
#include "store/tests.h"

static const struct listing *choose_listing(const struct lookup *lookup, const char *list)
{
	for (size_t i = 0; i < lookup->count; i++)
		if (strcmp(lookup->listings[i].list, list) == 0)
			return &lookup->listings[i];
	if (list[0] != '\0')
		return NULL;
	const struct listing *of_proxy = choose_listing(lookup, LIST_OF_PROXIES);
	return of_proxy == NULL && lookup->count > 0 ? &lookup->listings[0] : of_proxy;
}

int removals_read(struct db *ops, const struct addr *addr, const char *list, int64_t now,
	struct removal *removal_r)
{
	struct lists lists;
	int err = lists_read(ops, &lists);

	*removal_r = (struct removal){.listing = NULL};
	if (err == ERR_NONE)
		err = lookup_in(ops, addr, now, &removal_r->lookup);
	if (err != ERR_NONE)
		return err;
	const struct listing *listing = choose_listing(&removal_r->lookup, list);
	const struct list *of = listing != NULL ? lists_find(&lists, listing->list) : NULL;
	if (of == NULL)
		return ERR_NONE;
	removal_r->listing = listing;
	removal_r->list = *of;
	removal_r->by_test = of->removal == REMOVAL_RETEST &&
			     strcmp(of->name, LIST_OF_PROXIES) == 0 &&
			     listing->network.prefix == NETWORK_MAX_PREFIX;
	return ERR_NONE;
}

bool removals_are_accepted(const struct removal *removal)
{
	return removal->listing != NULL && removal->listing->id != 0 &&
	       removal->list.removal != REMOVAL_EXPIRE;
}

static bool asks_for_itself(const struct request *request)
{
	return request->from_visitor && addr_compare(&request->filed_from, &request->address) == 0;
}

int removals_next(struct db *ops, const struct removal *removal, const struct request *request,
	int64_t now, int64_t *next_r, bool *waived_r)
{
	struct request_record record;
	int err = requests_read_record(
		ops, &request->address, removal->list.id, &request->filed_from, &record);

	*next_r = requests_next_allowed(&record);
	*waived_r = now < *next_r && !record.waived && asks_for_itself(request);
	if (*waived_r)
		*next_r = now;
	return err;
}

/* When its test may be made. */
static int test_time(
	struct db *ops, const struct request *request, int64_t cooldown_secs, int64_t *at_r)
{
	int64_t latest;
	int err = tests_latest_at(ops, &request->address, true, &latest);

	*at_r = request->requested_at;
	if (!asks_for_itself(request) && latest + cooldown_secs > *at_r)
		*at_r = latest + cooldown_secs;
	return err;
}

int removals_file(struct db *ops, struct request *request, int64_t cooldown_secs, int64_t now)
{
	struct removal removal;
	int64_t next, test_at;
	int err = removals_read(ops, &request->address, request->list, now, &removal);

	if (err != ERR_NONE)
		return err;
	if (!removals_are_accepted(&removal))
		return ERR_NOT_FOUND;
	request->kind = REQUEST_REMOVAL;
	request->list_id = removal.list.id;
	request->state = removal.by_test ? REQUEST_OPEN : REQUEST_REVIEW;
	err = removals_next(ops, &removal, request, now, &next, &request->waived);
	if (err == ERR_NONE)
		err = test_time(ops, request, cooldown_secs, &test_at);
	if (err != ERR_NONE)
		return err;
	request->next_test_at = removal.by_test ? test_at : CLOCK_NEVER;
	err = requests_file(ops, request, NULL);
	return err == ERR_EXISTS ? requests_repeat(ops, request, test_at) : err;
}
