/* SPDX-License-Identifier: BSD-2-Clause */
/* Which clients and recipients are exempt. */
#include "base/err.h"
#include "core/client.h"
#include "core/policy.h"
#include "tests/support/unit.h"

static void recipients_are_exempt_in_every_spelling_of_theirs(void **state)
{
	static char any_postmaster[] = "postmaster@", one_abuse[] = "abuse@example.org";
	static char *patterns[] = {any_postmaster, one_abuse};
	static const struct policy policy = {
		.exempt_recipients = patterns,
		.exempt_recipient_count = COUNT_OF(patterns),
	};
	static const struct {
		const char *path;
		bool exempt;
	} cases[] = {
		{"<postmaster@example.com>", true},
		{"<POSTMASTER@example.com>", true},
		{"<postmaster>", true},
		{"postmaster", true},
		{"<\"postmaster\"@example.com>", true},
		{"<@relay.example,@other.example:postmaster@example.com>", true},
		{"<postmaster@[192.0.2.1]>", true},
		{"<abuse@example.org>", true},
		{"<Abuse@Example.ORG>", true},
		{"<abuse>", false},
		{"<abuse@example.com>", false},
		{"<abuse@example.org.example>", false},
		{"<postmaster+x@example.com>", false},
		{"<xpostmaster@example.com>", false},
		{"<post@postmaster@example.com>", false},
		{"<\"postmaster@x\"@example.com>", false},
		{"<\"@example.com>", false},
		{"<>", false},
		{"<", false},
		{"", false},
		{"@", false},
		{"<@:>", false},
		{"user%postmaster@example.com", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char mailbox[MAILBOX_SIZE];
		client_set_mailbox(mailbox, sizeof(mailbox), cases[i].path);
		if (policy_exempts_recipient(&policy, mailbox) != cases[i].exempt)
			fail_msg("%s is%s exempt", cases[i].path, cases[i].exempt ? " not" : "");
	}
}

static void clients_are_exempt_by_network(void **state)
{
	struct network networks[2];
	struct policy policy = {
		.exempt_clients = networks, .exempt_client_count = COUNT_OF(networks)};
	struct addr addr;

	(void)state;
	assert_int_equal(network_parse("192.0.2.0/24", &networks[0]), ERR_NONE);
	assert_int_equal(network_parse("::/0", &networks[1]), ERR_NONE);
	assert_int_equal(addr_parse("192.0.2.255", &addr), ERR_NONE);
	assert_true(policy_exempts_client(&policy, &addr));
	assert_int_equal(addr_parse("2001:db8::1", &addr), ERR_NONE);
	assert_true(policy_exempts_client(&policy, &addr));
	assert_int_equal(addr_parse("192.0.3.0", &addr), ERR_NONE);
	assert_false(policy_exempts_client(&policy, &addr));
}

static void patterns_of_recipients_are_checked(void **state)
{
	static const char *const valid[] = {
		"postmaster@", "abuse@example.org", "a.b+c@example.org"};
	static const char *const invalid[] = {"", "@", "@example.org", "postmaster",
		"<postmaster@>", "a@b@c", "a b@c", "a@b\n", "p\xc3\xb6st@"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(valid); i++)
		assert_true(policy_recipient_valid(valid[i]));
	for (size_t i = 0; i < COUNT_OF(invalid); i++)
		assert_false(policy_recipient_valid(invalid[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recipients_are_exempt_in_every_spelling_of_theirs),
		cmocka_unit_test(clients_are_exempt_by_network),
		cmocka_unit_test(patterns_of_recipients_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
