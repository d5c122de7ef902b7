/* SPDX-License-Identifier: BSD-2-Clause */
/* What the public sees of a spam copy. tests/web/test_masking.py tries the disguises. */
#include "mail/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/mail/leaks.h"
#include "tests/support/unit.h"

#define RECEIVED "Received: from x (unknown [198.18.7.9]) by y; Thu, 22 Aug 2002 09:44:02 -0400\n"

static char shown[1 << 20];

static void take(void *context, const char *octets, size_t length)
{
	text_add_octets(context, octets, length);
}

static const char *show(const char *octets, size_t length)
{
	static const char *const traps[] = {"honeypot@traps.example"};
	const struct copy_also also = {.mailboxes = traps, .count = 1};
	struct text text = TEXT_OVER(shown);

	copy_show(octets, length, &also, take, &text);
	assert_false(text.overflow);
	return shown;
}

static const char *show_text(const char *message)
{
	return show(message, strlen(message));
}

static void shows_only_the_fields_of_its_list(void **state)
{
	(void)state;
	show_text(RECEIVED "From: Offers <offers@example.net>\nTo: jane@kunde.example\n"
			   "X-Spam: yes\nX-jane: 1\nSubject: hello\n\n");
	assert_non_null(strstr(shown, "From: Offers <offers@example.net>\n"));
	assert_non_null(strstr(shown, "Subject: hello\n"));
	assert_non_null(strstr(shown, "To: hidden\n"));
	assert_non_null(strstr(shown, "X-Spam: hidden\n"));
	assert_non_null(strstr(shown, "[masked]: hidden\n"));
}

static void received_fields_show_the_sending_side_and_the_time(void **state)
{
	static const char *const cases[][2] = {
		{"from a.example.net (host.example.net [198.18.7.9])\n\tby mx.kunde.example for "
		 "<jane@kunde.example>; Thu, 22 Aug 2002 09:44:02 -0400",
			"from a.example.net (host.example.net [198.18.7.9]); Thu, 22 Aug 2002 "
			"09:44:02 "
			"-0400"},
		{"from kunde.example ([IPv6:2001:db8::1]) by y; Thu, 22 Aug 2002 09:44:02 -0400",
			"from [masked].example ([IPv6:2001:db8::1]); Thu, 22 Aug 2002 09:44:02 "
			"-0400"},
		{"by y for <jane@kunde.example>; x", "[masked]; [masked]"},
		{"", "[masked]"},
	};
	char message[1000];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		snprintf(message, sizeof(message), "To: jane@kunde.example\nReceived: %s\n\n",
			cases[i][0]);
		show_text(message);
		assert_non_null(strstr(shown, cases[i][1]));
	}
}

static void traps_are_masked_however_many_recipients_there_are(void **state)
{
	static char message[100000];
	struct text text = TEXT_OVER(message);

	(void)state;
	text_add(&text, RECEIVED "To: a@b.example");
	for (int i = 0; i < 2000; i++)
		text_add_format(&text, ",\n user%dx@customer%d.example", i, i);
	text_add(&text, "\n\nto honeypot@traps.example, honeypot, user1999x and customer1998\n");
	assert_false(text.overflow);
	show_text(message);
	assert_non_null(strstr(shown, "to [masked] and [masked]"));
}

static void attachments_are_named_by_type_size_and_checksum(void **state)
{
	(void)state;
	show_text(RECEIVED "Content-Type: image/png; name=jane.png\nContent-Transfer-Encoding: "
			   "base64\n\nQUJD\n");
	assert_non_null(
		strstr(shown, "[attachment: image/png, 3 octets, SHA-256 "
			      "b5d4045c3f466fa91fe2cc6abe79232a1a57cdf104f7a26e716e0a1e2789df78]"));
}

static void attached_messages_follow_the_same_rules(void **state)
{
	(void)state;
	show_text(
		RECEIVED "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
			 /* To: jane@kunde.example, Subject: hi jane, a text */
			 "VG86IGphbmVAa3VuZGUuZXhhbXBsZQpTdWJqZWN0OiBoaSBqYW5lCgpkZWFyIGphbmUK\n");
	assert_non_null(strstr(shown, "[attached message]\nTo: hidden\nSubject: hi [masked]\n"));
	assert_non_null(strstr(shown, "dear [masked]\n"));
}

static void what_cannot_be_decoded_is_hidden_and_named(void **state)
{
	static const char message[] =
		RECEIVED "Content-Type: text/plain; charset=x-strange\n\n\xff\xfe jane\n";

	(void)state;
	show(message, sizeof(message) - 1);
	assert_non_null(strstr(shown, "[a text that cannot be decoded is hidden]"));
	assert_null(strstr(shown, "jane"));
}

/* A message that nests as deep as a stranger likes ends early, and uses no stack. */
static void depth_is_bounded(void **state)
{
	static const char *const repeated[] = {
		"Content-Type: message/rfc822\n\n",
		"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
		"Content-Type: multipart/digest; boundary=b\n\n--b\n\n",
		"From: a:",
		"a:",
	};
	static char message[300000];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(repeated); i++) {
		struct text text = TEXT_OVER(message);
		text_add(&text, RECEIVED);
		for (int k = 0; k < 5000; k++)
			text_add(&text, repeated[i]);
		text_add(&text, "\n\nend");
		show_text(message);
		assert_true(strlen(shown) < 10000);
	}
}

static void any_octets_are_shown_as_valid_text(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;
	char octets[400];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		size_t length = unit_random(&random) % sizeof(octets);
		for (size_t k = 0; k < length; k++)
			octets[k] = (char)unit_random(&random);
		show(octets, length);
		for (const char *c = shown; *c != '\0'; c++)
			assert_true((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_only_the_fields_of_its_list),
		cmocka_unit_test(received_fields_show_the_sending_side_and_the_time),
		cmocka_unit_test(traps_are_masked_however_many_recipients_there_are),
		cmocka_unit_test(attachments_are_named_by_type_size_and_checksum),
		cmocka_unit_test(attached_messages_follow_the_same_rules),
		cmocka_unit_test(what_cannot_be_decoded_is_hidden_and_named),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(any_octets_are_shown_as_valid_text),
	};

	start_without_leaks(copy_start);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
