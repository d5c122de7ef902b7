/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests of visitors: filing, reading, waiting times and decisions. */
#include "store/requests.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "store/evidence.h"
#include "store/listings.h"
#include "tests/store/admin_db.h"

static struct addr an_address(const char *string)
{
	struct addr addr;

	assert_int_equal(addr_parse(string, &addr), 0);
	return addr;
}

static struct request a_removal(const char *address, const char *token)
{
	struct request request = {
		.kind = REQUEST_REMOVAL,
		.state = REQUEST_OPEN,
		.address = an_address(address),
		.list_id = 1,
		.requested_at = NOW,
		.next_test_at = NOW,
		.filed_by = "visitor",
		.from_visitor = true,
		.filed_from = an_address("198.51.100.7"),
		.contact = "owner@example.org",
		.note = "closed the port",
	};

	text_copy(request.token, sizeof(request.token), token);
	return request;
}

static void add_listing(const char *network)
{
	struct listing existing, listing = {
					 .list_id = 1,
					 .network = a_network(network),
					 .reason = "open proxy",
					 .expires_at = CLOCK_NEVER,
				 };
	struct evidence evidence = {.at = NOW, .who = "tester", .kind = "note", .source = "x"};
	struct change change = a_change("add");

	evidence_set_body(&evidence, "seen", 4);
	assert_int_equal(listings_add(admin, &listing, &evidence, &change, &existing), ERR_NONE);
}

static void what_was_filed_is_read_back(void **state)
{
	struct request request = a_removal("198.18.7.9", "a token"), read;

	(void)state;
	assert_int_equal(requests_file(admin, &request, NULL), ERR_NONE);
	assert_int_equal(requests_get(admin, request.id, &read), ERR_NONE);
	assert_string_equal(read.list, "ops");
	assert_string_equal(read.contact, "owner@example.org");
	assert_string_equal(read.note, "closed the port");
	assert_string_equal(read.token, "a token");
	assert_true(read.from_visitor);
	assert_int_equal(addr_compare(&read.filed_from, &request.filed_from), 0);
	assert_int_equal(addr_compare(&read.address, &request.address), 0);
	assert_int_equal(read.next_test_at, NOW);
	assert_int_equal(read.decided_at, CLOCK_NEVER);
	assert_int_equal(read.test_began_at, CLOCK_NEVER);
	assert_int_equal(requests_get(admin, request.id + 1, &read), ERR_NOT_FOUND);
}

static void one_is_filed_once_however_often_it_is_sent(void **state)
{
	struct request first = a_removal("198.18.7.9", "one"),
		       again = a_removal("198.18.7.9", "one");
	struct request other_form = a_removal("198.18.7.9", "two");

	(void)state;
	assert_int_equal(requests_file(admin, &first, NULL), ERR_NONE);
	assert_int_equal(requests_file(admin, &again, NULL), ERR_EXISTS);
	assert_int_equal(again.id, first.id);
	assert_int_equal(requests_file(admin, &other_form, NULL), ERR_EXISTS);
	assert_int_equal(other_form.id, first.id);
	assert_int_equal(scratch_db_int(&ops, "SELECT count(*) FROM request"), 1);
	/* Its token stays used after the decision, too. */
	assert_int_equal(requests_decide(admin, first.id, false, "root", "no", NOW + 1), ERR_NONE);
	assert_int_equal(requests_file(admin, &again, NULL), ERR_EXISTS);
	assert_int_equal(requests_file(admin, &other_form, NULL), ERR_NONE);
}

static void a_nomination_keeps_its_spam(void **state)
{
	struct request request = a_removal("198.18.7.9", "");
	struct evidence spam = {.at = NOW, .who = "visitor", .kind = "spam", .source = "form"};
	bool nominated;

	(void)state;
	request.kind = REQUEST_NOMINATION;
	evidence_set_body(&spam, "spam", 4);
	assert_int_equal(requests_is_nominated(admin, &request.address, &nominated), ERR_NONE);
	assert_false(nominated);
	assert_int_equal(requests_file(admin, &request, &spam), ERR_NONE);
	assert_int_not_equal(request.evidence_id, 0);
	assert_int_equal(requests_is_nominated(admin, &request.address, &nominated), ERR_NONE);
	assert_true(nominated);
	/* The second copy is not kept without a request that it belongs to. */
	assert_int_equal(requests_file(admin, &request, &spam), ERR_EXISTS);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM evidence WHERE kind = 'spam'"), 1);
}

static void the_wait_doubles_up_to_a_day_and_the_first_is_free(void **state)
{
	static const struct {
		int64_t denied, wait;
	} cases[] = {{1, 3600}, {2, 7200}, {3, 14400}, {5, 57600}, {6, 86400}, {1000, 86400}};
	struct request_record record = {0};

	(void)state;
	assert_int_equal(requests_next_allowed(&record), 0);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		record = (struct request_record){.denied = cases[i].denied, .decided_at = NOW};
		assert_int_equal(requests_next_allowed(&record), NOW + cases[i].wait);
	}
}

static void a_removal_clears_the_record(void **state)
{
	struct request_record record;

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct request request = a_removal("198.18.7.9", "");
		request.waived = i == 0;
		assert_int_equal(requests_file(admin, &request, NULL), ERR_NONE);
		assert_int_equal(
			requests_decide(admin, request.id, i == 2, "root", "x", NOW + i), ERR_NONE);
		assert_int_equal(requests_read_record(
					 admin, &request.address, 1, &request.filed_from, &record),
			ERR_NONE);
		assert_int_equal(record.denied, i == 2 ? 0 : i + 1);
		assert_int_equal(record.decided_at, i == 2 ? 0 : NOW + i);
		assert_int_equal(record.waived, i != 2);
	}
}

static void a_removal_that_is_granted_ends_the_listing_and_watches(void **state)
{
	struct request request = a_removal("198.18.7.9", ""), read;

	(void)state;
	add_listing("198.18.7.9");
	assert_int_equal(requests_file(admin, &request, NULL), ERR_NONE);
	assert_int_equal(
		requests_decide(admin, request.id, true, "root", "fixed", NOW + 9), ERR_NONE);
	assert_int_equal(requests_get(admin, request.id, &read), ERR_NONE);
	assert_int_equal(read.state, REQUEST_GRANTED);
	assert_int_equal(read.decided_at, NOW + 9);
	assert_string_equal(read.decided_by, "root");
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM listing WHERE ended_at = 1000009"), 1);
	assert_int_equal(scratch_db_int(&ops, "SELECT next_test_at FROM watch"), NOW + 9 + 3600);
	assert_int_equal(requests_decide(admin, request.id, true, "root", "x", NOW), ERR_EXISTS);
	assert_int_equal(requests_decide(admin, 99, true, "root", "x", NOW), ERR_NOT_FOUND);
}

static void a_wider_listing_is_not_ended_by_a_request(void **state)
{
	struct request request = a_removal("198.18.7.9", "");

	(void)state;
	add_listing("198.18.7.0/24");
	assert_int_equal(requests_file(admin, &request, NULL), ERR_NONE);
	assert_int_equal(requests_decide(admin, request.id, true, "root", "x", NOW), ERR_REFUSED);
	assert_int_equal(
		scratch_db_int(&ops, "SELECT count(*) FROM request WHERE decided_at IS NULL"), 1);
}

static void a_nomination_that_is_kept_is_tested(void **state)
{
	struct request request = a_removal("198.18.7.9", ""), read;

	(void)state;
	request.kind = REQUEST_NOMINATION;
	request.state = REQUEST_REVIEW;
	request.next_test_at = CLOCK_NEVER;
	assert_int_equal(requests_file(admin, &request, NULL), ERR_NONE);
	assert_int_equal(requests_decide(admin, request.id, true, "root", "seen", NOW), ERR_NONE);
	assert_int_equal(requests_get(admin, request.id, &read), ERR_NONE);
	assert_int_equal(read.state, REQUEST_OPEN);
	assert_int_equal(read.next_test_at, NOW);
	assert_int_equal(scratch_db_int(&ops,
				 "SELECT count(*) FROM history WHERE what = 'nomination confirmed'"
				 " AND who = 'root' AND ip = '198.18.7.9'"),
		1);
}

struct counted {
	int count;
	int64_t last;
};

static void count(void *context, const struct request *request)
{
	struct counted *counted = context;

	counted->count++;
	counted->last = request->id;
}

static void undecided_ones_are_given_oldest_first(void **state)
{
	struct request one = a_removal("198.18.7.9", ""), two = a_removal("198.18.7.10", "");
	struct counted counted = {0};
	int64_t oldest;

	(void)state;
	assert_int_equal(requests_oldest_undecided(admin, &oldest), ERR_NONE);
	assert_int_equal(oldest, CLOCK_NEVER);
	assert_int_equal(requests_file(admin, &one, NULL), ERR_NONE);
	assert_int_equal(requests_file(admin, &two, NULL), ERR_NONE);
	assert_int_equal(requests_oldest_undecided(admin, &oldest), ERR_NONE);
	assert_int_equal(oldest, NOW);
	assert_int_equal(requests_each_undecided(admin, count, &counted), ERR_NONE);
	assert_int_equal(counted.count, 2);
	assert_int_equal(counted.last, two.id);
	assert_int_equal(requests_decide(admin, one.id, false, "root", "x", NOW), ERR_NONE);
	counted.count = 0;
	assert_int_equal(requests_each_undecided(admin, count, &counted), ERR_NONE);
	assert_int_equal(counted.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ADMIN(what_was_filed_is_read_back),
		WITH_ADMIN(one_is_filed_once_however_often_it_is_sent),
		WITH_ADMIN(a_nomination_keeps_its_spam),
		WITH_ADMIN(the_wait_doubles_up_to_a_day_and_the_first_is_free),
		WITH_ADMIN(a_removal_clears_the_record),
		WITH_ADMIN(a_removal_that_is_granted_ends_the_listing_and_watches),
		WITH_ADMIN(a_wider_listing_is_not_ended_by_a_request),
		WITH_ADMIN(a_nomination_that_is_kept_is_tested),
		WITH_ADMIN(undecided_ones_are_given_oldest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
