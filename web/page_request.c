/* SPDX-License-Identifier: BSD-2-Clause */
/* What becomes of a request. Numbers can be counted through: so the page shows nothing of whoever
 * filed it, only what the page of the address shows too, and names no address that was nominated in
 * vain. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/requests.h"
#include "store/tests.h"
#include "web/embedded.h"
#include "web/page.h"
#include "web/template.h"

/* A page whose test is due or under way asks again after this, another that waits after the second.
 */
#define FAST_REFRESH_SECS 3
#define SLOW_REFRESH_SECS 300
/* A test that is due in so short a time is as good as under way. */
#define SOON_SECS 60

/* All that can be said of a request; each has a section of the template. */
enum outcome {
	WAITS_FOR_TEST,
	TEST_RUNS,
	WAITS_FOR_RETRY,
	WAITS_FOR_OPERATOR,
	REMOVED,
	STAYS,
	LISTED,
	NOT_LISTED,
};

static enum outcome outcome_of(const struct request *request, int64_t now)
{
	bool removal = request->kind == REQUEST_REMOVAL;

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

static const char *heading_of(enum outcome outcome)
{
	static const char *const headings[] = {
		[WAITS_FOR_TEST] = "The test begins in a moment",
		[TEST_RUNS] = "The test is running",
		[WAITS_FOR_RETRY] = "The test will be made again",
		[WAITS_FOR_OPERATOR] = "The operator decides",
		[REMOVED] = "Removed",
		[STAYS] = "Still listed",
		[LISTED] = "Listed",
		[NOT_LISTED] = "Not listed",
	};

	return headings[outcome];
}

/* When the next removal request is taken, for one that was denied; "" when at once. */
static int read_next(const struct visit *visit, const struct request *request, enum outcome outcome,
	char next_r[PAGE_TIME_SIZE])
{
	struct request_record record;
	int err;

	next_r[0] = '\0';
	if (outcome != STAYS)
		return ERR_NONE;
	err = requests_read_record(visit->ops, &request->address, request->list_id, &record);
	if (err == ERR_NONE && requests_next_allowed(&record) > visit->now)
		page_format_time(requests_next_allowed(&record), next_r);
	return err;
}

/* The latest test of the request, blank when there is none. */
static int read_test(const struct visit *visit, const struct request *request, struct test *test_r)
{
	int err = tests_of_request(visit->ops, request->id, test_r);

	if (err == ERR_NOT_FOUND)
		memset(test_r, 0, sizeof(*test_r));
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

static const char *yes_if(bool condition)
{
	return condition ? "yes" : NULL;
}

static void show(const struct visit *visit, struct answer *answer, const struct request *request,
	const struct test *test, enum outcome outcome, const char *next)
{
	char ip[ADDR_TEXT_SIZE];
	char filed[PAGE_TIME_SIZE];
	char next_test[PAGE_TIME_SIZE];
	char decided[PAGE_TIME_SIZE];
	char transcript[24] = "";
	const char *verdict = request->verdict;

	/* Whom somebody nominated is nobody's business until it is shown to be right. */
	bool named = request->kind == REQUEST_REMOVAL || outcome == LISTED;

	addr_format(&request->address, ip);
	page_format_time(request->requested_at, filed);
	page_format_time(request->next_test_at, next_test);
	page_format_time(request->decided_at, decided);
	if (named && test->evidence_id > 0)
		snprintf(transcript, sizeof(transcript), "%lld", (long long)test->evidence_id);
	page_begin(visit, answer, heading_of(outcome));
	template_write(answer->out, html_request,
		(const struct value[]){
			{"heading", .text = heading_of(outcome)},
			{"ip", .text = named ? ip : NULL},
			{"list", .text = request->list},
			{"kind", .text = request_kind_name(request->kind)},
			{"filed", .text = filed},
			{"decided", .text = request->decided_at != CLOCK_NEVER ? decided : NULL},
			{"waits",
				.text = yes_if(outcome == WAITS_FOR_TEST || outcome == TEST_RUNS)},
			{"retry", .text = yes_if(outcome == WAITS_FOR_RETRY)},
			{"next_test", .text = next_test},
			{"operator", .text = yes_if(outcome == WAITS_FOR_OPERATOR)},
			{"removed", .text = yes_if(outcome == REMOVED)},
			{"stays", .text = yes_if(outcome == STAYS)},
			{"listed", .text = yes_if(outcome == LISTED)},
			{"not_listed", .text = yes_if(outcome == NOT_LISTED)},
			{"open", .text = yes_if(strcmp(verdict, "open") == 0)},
			{"unreachable", .text = yes_if(strcmp(verdict, "unreachable") == 0)},
			{"inconclusive", .text = yes_if(strcmp(verdict, "inconclusive") == 0)},
			{"void", .text = yes_if(strcmp(verdict, "void") == 0)},
			{"ports", .text = test->open_ports},
			{"transcript", .text = transcript},
			{"why", .text = named ? request->why : NULL},
			{"next", .text = next},
			{.name = NULL},
		});
}

static bool read_number(const char *string, int64_t *id_r)
{
	size_t digits = strspn(string, "0123456789");

	*id_r = strtoll(string, NULL, 10);
	return digits > 0 && digits <= 18 && string[digits] == '\0';
}

int page_request(const struct visit *visit, struct answer *answer)
{
	struct request request;
	struct test test;
	char next[PAGE_TIME_SIZE];
	enum outcome outcome;
	int64_t id;
	int err = ERR_NOT_FOUND;

	if (read_number(visit->rest, &id))
		err = requests_get(visit->ops, id, &request);
	if (err == ERR_NOT_FOUND) {
		page_problem(visit, answer, 404, "There is no such request",
			"Perhaps the number was cut off. The page of the address has all that "
			"happened to it.",
			NULL);
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	outcome = outcome_of(&request, visit->now);
	err = read_test(visit, &request, &test);
	if (err == ERR_NONE)
		err = read_next(visit, &request, outcome, next);
	if (err != ERR_NONE)
		return err;
	if (outcome == WAITS_FOR_TEST || outcome == TEST_RUNS)
		answer->refresh_secs = FAST_REFRESH_SECS;
	else if (outcome == WAITS_FOR_RETRY)
		answer->refresh_secs = SLOW_REFRESH_SECS;
	show(visit, answer, &request, &test, outcome, next);
	return ERR_NONE;
}
