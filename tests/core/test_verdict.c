/* SPDX-License-Identifier: BSD-2-Clause */
/* The decision over the listings of a client. */
#include <string.h>

#include "base/err.h"
#include "core/verdict.h"
#include "tests/support/unit.h"

static char any_postmaster[] = "postmaster@", one_abuse[] = "abuse@example.org";
static char *recipients[] = {any_postmaster, one_abuse};

static struct policy policy_at(enum stage stage)
{
	return (struct policy){
		.exempt_recipients = recipients,
		.exempt_recipient_count = COUNT_OF(recipients),
		.exempt_authenticated = true,
		.reject_at = stage,
	};
}

static struct listing listing_of(int list_id, enum list_action action, const char *network)
{
	struct listing listing = {.list_id = list_id, .action = action};

	assert_int_equal(network_parse(network, &listing.network), ERR_NONE);
	return listing;
}

static void the_strictest_action_wins(void **state)
{
	(void)state;
	struct listing listings[] = {
		listing_of(1, LIST_LOG, "192.0.2.1"),
		listing_of(2, LIST_DEFER, "192.0.2.0/25"),
		listing_of(3, LIST_REFUSE, "192.0.0.0/16"),
		listing_of(4, LIST_TAG, "192.0.2.1"),
	};

	for (size_t count = 1; count <= COUNT_OF(listings); count++) {
		static const int winners[] = {1, 2, 3, 3};
		assert_int_equal(verdict_choose(listings, count)->list_id, winners[count - 1]);
	}
}

static void among_equals_the_most_specific_network_wins(void **state)
{
	(void)state;
	struct listing listings[] = {
		listing_of(1, LIST_TAG, "192.0.2.0/24"),
		listing_of(2, LIST_TAG, "192.0.2.128/25"),
		listing_of(3, LIST_TAG, "192.0.0.0/16"),
	};

	assert_int_equal(verdict_choose(listings, COUNT_OF(listings))->list_id, 2);
}

static void each_step_gets_its_decision(void **state)
{
	static const struct {
		const char *name;
		enum stage reject_at;
		enum list_action action;
		enum stage stage;
		const char *login;
		const char *recipient;
		enum answer answer;
		enum hit_action hit;
	} cases[] = {
		{"nothing at HELO when refused at RCPT", STAGE_RCPT, LIST_REFUSE, STAGE_HELO, "",
			"", ANSWER_CONTINUE, HIT_NONE},
		{"nothing at MAIL when refused at RCPT", STAGE_RCPT, LIST_REFUSE, STAGE_MAIL, "",
			"", ANSWER_CONTINUE, HIT_NONE},
		{"refused at RCPT", STAGE_RCPT, LIST_REFUSE, STAGE_RCPT, "", "a@example.org",
			ANSWER_REFUSE, HIT_REFUSED},
		{"refused at MAIL", STAGE_MAIL, LIST_REFUSE, STAGE_MAIL, "", "", ANSWER_REFUSE,
			HIT_REFUSED},
		{"refused at HELO", STAGE_HELO, LIST_REFUSE, STAGE_HELO, "", "", ANSWER_REFUSE,
			HIT_REFUSED},
		{"deferred", STAGE_RCPT, LIST_DEFER, STAGE_RCPT, "", "a@example.org", ANSWER_DEFER,
			HIT_DEFERRED},
		{"tagged", STAGE_RCPT, LIST_TAG, STAGE_RCPT, "", "a@example.org", ANSWER_CONTINUE,
			HIT_TAGGED},
		{"logged", STAGE_RCPT, LIST_LOG, STAGE_RCPT, "", "a@example.org", ANSWER_CONTINUE,
			HIT_LOGGED},
		{"authenticated", STAGE_RCPT, LIST_REFUSE, STAGE_MAIL, "alice", "", ANSWER_ACCEPT,
			HIT_EXEMPT},
		{"authenticated, at MAIL", STAGE_MAIL, LIST_REFUSE, STAGE_MAIL, "alice", "",
			ANSWER_ACCEPT, HIT_EXEMPT},
		{"a login does not count at HELO", STAGE_HELO, LIST_REFUSE, STAGE_HELO, "alice", "",
			ANSWER_REFUSE, HIT_REFUSED},
		{"postmaster", STAGE_RCPT, LIST_REFUSE, STAGE_RCPT, "", "PostMaster@example.net",
			ANSWER_CONTINUE, HIT_EXEMPT},
		{"abuse at its domain", STAGE_RCPT, LIST_DEFER, STAGE_RCPT, "", "abuse@EXAMPLE.org",
			ANSWER_CONTINUE, HIT_EXEMPT},
		{"abuse elsewhere", STAGE_RCPT, LIST_REFUSE, STAGE_RCPT, "", "abuse@example.net",
			ANSWER_REFUSE, HIT_REFUSED},
		{"no second refusal after MAIL", STAGE_MAIL, LIST_TAG, STAGE_RCPT, "",
			"a@example.org", ANSWER_CONTINUE, HIT_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct policy policy = policy_at(cases[i].reject_at);
		struct listing listing = listing_of(1, cases[i].action, "192.0.2.1");
		struct client client = {.name = "client.example"};
		strcpy(client.login, cases[i].login);
		struct verdict verdict = verdict_decide(
			&policy, &listing, &client, cases[i].stage, cases[i].recipient);
		if (verdict.answer != cases[i].answer || verdict.action != cases[i].hit)
			fail_msg("%s: answer %d, hit \"%s\"", cases[i].name, verdict.answer,
				hit_action_name(verdict.action));
		assert_true((verdict.action == HIT_EXEMPT) == (verdict.why[0] != '\0'));
	}
}

static void a_login_counts_only_when_the_policy_says_so(void **state)
{
	(void)state;
	struct policy policy = policy_at(STAGE_RCPT);
	struct listing listing = listing_of(1, LIST_REFUSE, "192.0.2.1");
	struct client client = {.login = "alice"};

	policy.exempt_authenticated = false;
	assert_int_equal(
		verdict_decide(&policy, &listing, &client, STAGE_RCPT, "a@example.org").answer,
		ANSWER_REFUSE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_strictest_action_wins),
		cmocka_unit_test(among_equals_the_most_specific_network_wins),
		cmocka_unit_test(each_step_gets_its_decision),
		cmocka_unit_test(a_login_counts_only_when_the_policy_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
