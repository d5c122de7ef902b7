/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a client, bounded and harmless to show. */
#include "core/client.h"

#include <string.h>

#include "tests/support/unit.h"

static void each_stage_has_its_name(void **state)
{
	static const char *const names[] = {"connect", "helo", "mail", "rcpt", "close"};

	(void)state;
	for (size_t stage = 0; stage < COUNT_OF(names); stage++)
		assert_string_equal(stage_name((enum stage)stage), names[stage]);
}

static void what_a_client_says_cannot_steer_a_terminal(void **state)
{
	static const struct {
		const char *said, *kept;
	} cases[] = {
		{"mail.example.org", "mail.example.org"},
		{"", ""},
		{NULL, ""},
		{"\x1b[2Jx", "?[2Jx"},
		{"two\r\nlines\t\x7f", "two??lines??"},
		{"m\xc3\xbcller.example", "m\xc3\xbcller.example"},
		{"\xff\xc3", "??"},
		{"\xc2\x9b"
		 "2J",
			"?2J"},
		{"100%s%n", "100%s%n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char field[DOMAIN_SIZE] = "what stood here before";
		client_set(field, sizeof(field), cases[i].said);
		assert_string_equal(field, cases[i].kept);
	}
}

static void what_is_too_long_is_cut_to_its_room(void **state)
{
	char field[DOMAIN_SIZE + 1], said[5000];

	(void)state;
	memset(said, 'a', sizeof(said) - 1);
	said[sizeof(said) - 1] = '\0';
	memset(field, '!', sizeof(field));
	client_set(field, DOMAIN_SIZE, said);
	assert_int_equal(strlen(field), DOMAIN_SIZE - 1);
	assert_int_equal(field[DOMAIN_SIZE], '!');
	/* A character of several octets is kept whole or left out whole. */
	memcpy(said + DOMAIN_SIZE - 2, "\xe2\x82\xac", 3);
	client_set(field, DOMAIN_SIZE, said);
	assert_int_equal(strspn(field, "a"), DOMAIN_SIZE - 2);
	assert_null(strchr(field, '\xe2'));
}

static void mailboxes_lose_brackets_and_routes(void **state)
{
	static const struct {
		const char *path, *mailbox;
	} cases[] = {
		{"<user@example.org>", "user@example.org"},
		{"user@example.org", "user@example.org"},
		{"<>", ""},
		{"<", ""},
		{">", ">"},
		{"", ""},
		{NULL, ""},
		{"<user@example.org", "user@example.org"},
		{"<@one.example,@two.example:user@example.org>", "user@example.org"},
		{"<@one.example:>", ""},
		{"<@one.example>", "@one.example"},
		{"<\"a:b\"@example.org>", "\"a:b\"@example.org"},
		{"<user@[IPv6:2001:db8::1]>", "user@[IPv6:2001:db8::1]"},
		{"<<user@example.org>>", "<user@example.org>"},
		{"<user\r\n@example.org>", "user??@example.org"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char field[MAILBOX_SIZE] = "what stood here before";
		client_set_mailbox(field, sizeof(field), cases[i].path);
		assert_string_equal(field, cases[i].mailbox);
	}
}

static void the_longest_mailbox_is_kept_whole(void **state)
{
	char path[1 + MAILBOX_SIZE + 1], field[MAILBOX_SIZE];

	(void)state;
	/* 64 octets, "@", and 255 (RFC 5321, 4.5.3.1). */
	path[0] = '<';
	memset(path + 1, 'l', 64);
	path[65] = '@';
	memset(path + 66, 'd', 255);
	strcpy(path + 66 + 255, ">");
	client_set_mailbox(field, sizeof(field), path);
	assert_int_equal(strlen(field), 320);
	assert_memory_equal(field, path + 1, 320);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_stage_has_its_name),
		cmocka_unit_test(what_a_client_says_cannot_steer_a_terminal),
		cmocka_unit_test(what_is_too_long_is_cut_to_its_room),
		cmocka_unit_test(mailboxes_lose_brackets_and_routes),
		cmocka_unit_test(the_longest_mailbox_is_kept_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
