/* SPDX-License-Identifier: BSD-2-Clause */
/* What the public may see of a spam copy. */
#include "core/mask.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/unit.h"

static void take(void *context, const char *octets, size_t length)
{
	text_add_octets(context, octets, length);
}

/* The last message that was masked. */
static char masked[16384];

static const char *mask(const char *message)
{
	static const char *const traps[] = {"honey@traps.example"};
	const struct mask_also also = {.mailboxes = traps, .count = 1};
	struct text text = TEXT_OVER(masked);

	mask_message(message, strlen(message), &also, take, &text);
	assert_false(text.overflow);
	return masked;
}

static void mailboxes_keep_their_first_letter_and_their_domain(void **state)
{
	static const char *const cases[][2] = {
		{"user@example.org", "u***@example.org"},
		{"", ""},
		{"user", MASK_WORD},
		{"<user@example.org>", MASK_WORD},
		{"a@b@example.org", "a***@example.org"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[MASK_MAILBOX_SIZE];
		mask_mailbox(cases[i][0], text);
		assert_string_equal(text, cases[i][1]);
	}
}

static void fields_that_name_recipients_or_the_message_are_hidden(void **state)
{
	static const char *const names[] = {"To", "cc", "BCC", "Delivered-To", "X-Original-To",
		"Message-ID", "References", "In-Reply-To", "List-Unsubscribe", "Return-Path"};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char message[256], wanted[256];
		snprintf(message, sizeof(message),
			"%s: <x1@example.org>,\n\t<secret@example.org>\n", names[i]);
		snprintf(wanted, sizeof(wanted), "%s: " MASK_WORD "\n\n", names[i]);
		assert_string_equal(mask(message), wanted);
	}
}

static void recipients_are_masked_in_every_place_and_spelling(void **state)
{
	static const char head[] = "To: \"Jane Q. Doe\" <jane.doe@example.org>\n"
				   "Received: from a (b [192.0.2.1]) by c id 4711\n"
				   "\tfor <other@example.com>; Thu\n\n";
	static const char *const bodies[] = {
		"Dear jane.doe@example.org,",
		"Dear JANE.DOE@Example.ORG,",
		"bounce-jane.doe=example.org@example.net",
		"see jane.doe%40example.org",
		"see jane.doe=40example.org",
		"see jane.d=\r\noe=\n@exam=\nple.org",
		"http://jane.doe@example.org/x",
		"http://example.net/x-jane.doe",
		"Dear Jane Q. Doe!",
		"to other@example.com",
		"to honey@traps.example",
		"http://example.net/?u=jane.doe@example.org",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		char message[512];
		snprintf(message, sizeof(message), "%s%s\n", head, bodies[i]);
		mask(message);
		if (strstr(masked, "ane") != NULL || strstr(masked, "ANE") != NULL ||
			strstr(masked, "other@") != NULL || strstr(masked, "honey") != NULL ||
			strstr(masked, "4711") != NULL || strstr(masked, "192.0.2.1") == NULL)
			fail_msg("%s: %s", bodies[i], masked);
	}
}

static void links_keep_their_host_and_lose_what_tells_one_from_another(void **state)
{
	static const char *const cases[][2] = {
		{"http://example.net/offer/win?id=7&u=c2VjcmV0",
			"http://example.net/offer/win?" MASK_WORD},
		{"https://example.net/u/8f3a9c0d1e2b4f5a/x",
			"https://example.net/u/" MASK_WORD "/x"},
		{"http://example.net/a=\nb?c=\nd e", "http://example.net/a=\nb?" MASK_WORD " e"},
		{"http://example.net", "http://example.net"},
		{"see www.example.net/x?id=7 there", "see www.example.net/x?" MASK_WORD " there"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char message[256], wanted[256];
		snprintf(message, sizeof(message), "A: b\n\n%s", cases[i][0]);
		snprintf(wanted, sizeof(wanted), "A: b\n\n%s", cases[i][1]);
		assert_string_equal(mask(message), wanted);
	}
}

static void parts_in_base64_are_left_out(void **state)
{
	char line[78], message[512];

	(void)state;
	memset(line, 'Q', 76);
	line[76] = '\n';
	line[77] = '\0';
	snprintf(message, sizeof(message), "A: b\n\nbefore\n%s%sQQ==\nafter\n", line, line);
	assert_string_equal(
		mask(message), "A: b\n\nbefore\n[3 lines in base64 are left out]\nafter\n");
}

static void any_octets_pass_as_they_are(void **state)
{
	(void)state;
	assert_string_equal(mask("A: \xff\x01\x1b[2J\n\n\xc3\xa9 \x80\n"),
		"A: \xff\x01\x1b[2J\n\n\xc3\xa9 \x80\n");
	assert_string_equal(mask(""), "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mailboxes_keep_their_first_letter_and_their_domain),
		cmocka_unit_test(fields_that_name_recipients_or_the_message_are_hidden),
		cmocka_unit_test(recipients_are_masked_in_every_place_and_spelling),
		cmocka_unit_test(links_keep_their_host_and_lose_what_tells_one_from_another),
		cmocka_unit_test(parts_in_base64_are_left_out),
		cmocka_unit_test(any_octets_pass_as_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
