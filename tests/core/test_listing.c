/* SPDX-License-Identifier: BSD-2-Clause */
/* Listings and lists: names, bounds of networks, and the test entries of RFC 5782. */
#include <string.h>

#include "base/err.h"
#include "core/listing.h"
#include "tests/support/unit.h"

static struct network network_of(const char *string)
{
	struct network network;

	if (network_parse(string, &network) != ERR_NONE)
		fail_msg("%s is not a network", string);
	return network;
}

static void a_list_has_a_widest_network_for_each_family(void **state)
{
	struct list list = {.max_ipv4 = 16, .max_ipv6 = 32};
	static const struct {
		const char *network;
		bool too_wide;
	} cases[] = {
		{"1.2.0.0/16", false},
		{"1.2.0.0/15", true},
		{"1.2.3.4", false},
		{"0.0.0.0/0", true},
		{"2a01::/32", false},
		{"2a01::/31", true},
		{"2a01::1", false},
		{"::/0", true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct network network = network_of(cases[i].network);
		if (listing_too_wide(&list, &network) != cases[i].too_wide)
			fail_msg("%s", cases[i].network);
	}
}

static void the_test_entries_are_those_of_rfc_5782(void **state)
{
	static const struct {
		const char *address;
		enum test_entry entry;
	} cases[] = {
		{"127.0.0.2", TEST_ENTRY_LISTED},
		{"::ffff:127.0.0.2", TEST_ENTRY_LISTED},
		{"127.0.0.1", TEST_ENTRY_UNLISTED},
		{"::ffff:127.0.0.1", TEST_ENTRY_UNLISTED},
		{"127.0.0.3", TEST_ENTRY_NONE},
		{"::127.0.0.2", TEST_ENTRY_NONE},
		{"::1", TEST_ENTRY_NONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct addr addr;
		assert_int_equal(addr_parse(cases[i].address, &addr), ERR_NONE);
		assert_int_equal(listing_test_entry(&addr), cases[i].entry);
	}
}

static void names_of_values_come_back_as_they_went(void **state)
{
	(void)state;
	for (enum list_action action = LIST_LOG; action <= LIST_REFUSE; action++) {
		enum list_action parsed = LIST_LOG;
		assert_true(list_action_parse(list_action_name(action), &parsed));
		assert_int_equal(parsed, action);
	}
	for (enum list_removal removal = REMOVAL_RETEST; removal <= REMOVAL_EXPIRE; removal++) {
		enum list_removal parsed = REMOVAL_RETEST;
		assert_true(list_removal_parse(list_removal_name(removal), &parsed));
		assert_int_equal(parsed, removal);
	}
	enum list_action untouched = LIST_TAG;
	assert_false(list_action_parse("Refuse", &untouched));
	assert_false(list_action_parse("", &untouched));
	assert_int_equal(untouched, LIST_TAG);
}

static void names_of_lists_and_reasons_are_checked(void **state)
{
	char reason[REASON_SIZE + 1];

	(void)state;
	assert_true(list_name_valid("ops"));
	assert_true(list_name_valid("sixteen-letters1"));
	assert_false(list_name_valid("seventeen-letters"));
	assert_false(list_name_valid(""));
	assert_false(list_name_valid("Ops"));
	assert_false(list_name_valid("o p"));
	assert_false(list_name_valid("o'p"));
	assert_null(reason_fault("open proxy, gesehen \xc3\xbc"
				 "ber 8080"));
	assert_string_equal(reason_fault(""), "is empty");
	assert_string_equal(reason_fault("two\nlines"), "has a control character");
	assert_string_equal(reason_fault("C1 \xc2\x9b"), "has a control character");
	assert_string_equal(reason_fault("caf\xe9"), "is not UTF-8");
	/* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what it tests */
	assert_string_equal(reason_fault("\xe2\x80\xae"),
		"has a character that turns the direction of the text");
	memset(reason, 'r', sizeof(reason) - 1);
	reason[REASON_SIZE] = '\0';
	assert_string_equal(reason_fault(reason), "is longer than 255 bytes");
	reason[REASON_SIZE - 1] = '\0';
	assert_null(reason_fault(reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_has_a_widest_network_for_each_family),
		cmocka_unit_test(the_test_entries_are_those_of_rfc_5782),
		cmocka_unit_test(names_of_values_come_back_as_they_went),
		cmocka_unit_test(names_of_lists_and_reasons_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
