/* SPDX-License-Identifier: BSD-2-Clause */
/* The page of a request, by its number or by the token of the form that made it. Anybody can count
 * through the numbers: so it shows nothing about who
 * filed the request, only what the page of the address shows too, and does not name an address
 * whose nomination did not lead to a listing. */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/number.h"
#include "store/inbox.h"
#include "store/lookup.h"
#include "store/requests.h"
#include "store/tests.h"
#include "web/embedded.h"
#include "web/page.h"

/* A test that is due this soon counts as under way. */
#define SOON_SECS 60

/* What can be said of a request. */
enum outcome {
	ARRIVED,
	WAITS_FOR_TEST,
	TEST_RUNS,
	WAITS_FOR_RETRY,
	WAITS_FOR_OPERATOR,
	REMOVED,
	STAYS,
	LISTED,
	NOT_LISTED,
	LISTED_AGAIN, /* after a removal */
	ENDED,        /* the address stayed, or was listed, and has come off the list since */
};

/* Each has a section of the template. */
static const struct {
	const char *section;
	const char *heading;
	int refresh_secs; /* the page reloads itself after this time; 0: it does not */
} outcomes[] = {
	[ARRIVED] = {"arrived", "Your request has arrived", 3},
	[WAITS_FOR_TEST] = {"waits", "The test begins in a moment", 3},
	[TEST_RUNS] = {"waits", "The test is running", 3},
	[WAITS_FOR_RETRY] = {"retry", "The test will be repeated", 300},
	[WAITS_FOR_OPERATOR] = {"operator", "The operator decides", 0},
	[REMOVED] = {"removed", "Removed", 0},
	[STAYS] = {"stays", "Still listed", 0},
	[LISTED] = {"listed", "Listed", 0},
	[NOT_LISTED] = {"not_listed", "Not listed", 0},
	[LISTED_AGAIN] = {"listed_again", "Listed again", 0},
	[ENDED] = {"ended", "No longer listed", 0},
};

static enum outcome outcome_of(const struct request *request, int64_t now)
{
	bool removal = request->kind == REQUEST_REMOVAL;

	if (request->id == 0)
		return ARRIVED;
	switch (request->state) {
	case REQUEST_GRANTED:
		return removal ? REMOVED : LISTED;
	case REQUEST_DENIED:
		return removal ? STAYS : NOT_LISTED;
	case REQUEST_REVIEW:
		return WAITS_FOR_OPERATOR;
	default:
		if (request->test_began_at != CLOCK_NEVER)
			return TEST_RUNS;
		return request->next_test_at <= now + SOON_SECS ? WAITS_FOR_TEST : WAITS_FOR_RETRY;
	}
}

/* What has become of the decision: listings end and begin after it. */
static int follow_up(
	const struct visit *visit, const struct request *request, enum outcome *outcome)
{
	struct lookup lookup;

	if (*outcome != REMOVED && *outcome != STAYS && *outcome != LISTED)
		return ERR_NONE;
	int err = lookup_in(visit->ops, &request->address, visit->now, &lookup);
	if (err == ERR_NONE && (*outcome == REMOVED) == lookup_has_list(&lookup, request->list_id))
		*outcome = *outcome == REMOVED ? LISTED_AGAIN : ENDED;
	return err;
}

/* When the next removal request is accepted, after one that was denied; 0: at once. */
static int read_next(const struct visit *visit, const struct request *request, enum outcome outcome,
	int64_t *next_r)
{
	struct request_record record;
	int err = ERR_NONE;

	*next_r = 0;
	if (outcome == STAYS)
		err = requests_read_record(
			visit->ops, &request->address, request->list_id, &visit->client, &record);
	if (outcome == STAYS && err == ERR_NONE && requests_next_allowed(&record) > visit->now)
		*next_r = requests_next_allowed(&record);
	return err;
}

/* The latest test of the request, blank if there is none. */
static int read_test(const struct visit *visit, const struct request *request, struct test *test_r)
{
	int err = tests_of_request(visit->ops, request->id, test_r);

	if (err == ERR_NOT_FOUND)
		memset(test_r, 0, sizeof(*test_r));
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static void show_request(const struct visit *visit, struct answer *answer,
	const struct request *request, const struct test *test, enum outcome outcome, int64_t next)
{
	char ip[ADDR_TEXT_SIZE];
	/* A nominated address is not public until the nomination is shown to be right. */
	bool named = request->kind == REQUEST_REMOVAL || request->state == REQUEST_GRANTED;

	addr_format(&request->address, ip);
	answer->refresh_secs = outcomes[outcome].refresh_secs;
	page_write(visit, answer, outcomes[outcome].heading, html_request,
		VALUES({"heading", .text = outcomes[outcome].heading},
			{outcomes[outcome].section, .number = 1},
			{outcome != ENDED ? request->verdict : "", .number = 1},
			{"ip", .text = named ? ip : NULL}, {"list", .text = request->list},
			{"kind", .text = request_kind_name(request->kind)},
			{"by_test", .number = strcmp(request->list, LIST_OF_PROXIES) == 0},
			{"number", .number = request->id}, {"filed", .time = request->requested_at},
			{"decided", .time = request->decided_at},
			{"next_test", .time = request->next_test_at}, {"next", .time = next},
			{"ports", .text = test->open_ports},
			{"transcript", .number = named ? test->evidence_id : 0},
			{"why", .text = named ? request->why : NULL}));
}

/* The request of a form that was sent. It may be in the inbox still, and has no number there. The
 * inbox is read first: what is taken out of it meanwhile is in ops. */
static int find_sent(const struct visit *visit, struct request *request_r)
{
	struct filing filing;
	int in_inbox = inbox_find(visit->inbox, visit->rest, &filing);
	int err = requests_find_token(visit->ops, visit->rest, request_r);

	if (err == ERR_NOT_FOUND && in_inbox == ERR_NONE)
		*request_r = filing.request;
	return err == ERR_NOT_FOUND ? in_inbox : err;
}

int page_request(const struct visit *visit, struct answer *answer)
{
	struct request request;
	struct test test;
	enum outcome outcome;
	int64_t next;
	int64_t id;
	int err = number_parse(visit->rest, 0, INT64_MAX, &id)
			  ? requests_get(visit->ops, id, &request)
			  : find_sent(visit, &request);

	if (err == ERR_NOT_FOUND) {
		page_problem(visit, answer, 404, "There is no such request", "no_request");
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	outcome = outcome_of(&request, visit->now);
	err = follow_up(visit, &request, &outcome);
	if (err == ERR_NONE)
		err = read_test(visit, &request, &test);
	if (err == ERR_NONE)
		err = read_next(visit, &request, outcome, &next);
	if (err == ERR_NONE)
		show_request(visit, answer, &request, &test, outcome, next);
	return err;
}
