/* SPDX-License-Identifier: BSD-2-Clause */
/* Bounded strings that remember when something was cut off. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

static void a_new_text_is_empty(void **state)
{
	char buffer[8] = "garbage";

	(void)state;
	struct text text = text_over(buffer, sizeof(buffer));
	assert_string_equal(buffer, "");
	assert_int_equal(text.length, 0);
	assert_false(text.overflow);
}

static void a_text_over_an_array_empties_it(void **state)
{
	char buffer[8] = "garbage";
	struct text text = TEXT_OVER(buffer);

	(void)state;
	assert_string_equal(buffer, "");
	assert_int_equal(text.size, 8);
	text_add(&text, "1234567");
	assert_string_equal(buffer, "1234567");
	assert_false(text.overflow);
}

static void cuts_what_does_not_fit_and_remembers(void **state)
{
	char buffer[6];
	struct text text = TEXT_OVER(buffer);

	(void)state;
	text_add(&text, "abc");
	text_add(&text, "defg");
	assert_string_equal(buffer, "abcde");
	assert_true(text.overflow);
	text_add(&text, "");
	assert_true(text.overflow);
	assert_int_equal(text.length, 5);
}

static void adds_nothing_after_a_cut(void **state)
{
	char buffer[6];
	struct text text = TEXT_OVER(buffer);

	(void)state;
	text_add(&text, "ab");
	text_add_terminal(&text, "c\xe2\x82\xac"
				 "d");
	assert_string_equal(buffer, "abc");
	text_add_char(&text, 'e');
	text_add_format(&text, "%d", 1);
	text_add_printable(&text, "f");
	assert_string_equal(buffer, "abc");
	assert_true(text.overflow);
}

static void clearing_forgets_the_overflow(void **state)
{
	char buffer[3];
	struct text text = TEXT_OVER(buffer);

	(void)state;
	text_add(&text, "abc");
	assert_true(text.overflow);
	text_clear(&text);
	assert_false(text.overflow);
	assert_string_equal(buffer, "");
	text_add(&text, "de");
	assert_string_equal(buffer, "de");
	assert_false(text.overflow);
}

static void a_buffer_of_one_octet_holds_the_empty_string(void **state)
{
	char buffer[1];
	struct text text = TEXT_OVER(buffer);

	(void)state;
	text_add(&text, "");
	text_add_format(&text, "%s", "");
	assert_false(text.overflow);
	text_add_char(&text, 'a');
	assert_true(text.overflow);
	assert_string_equal(buffer, "");
}

static void adds_octets_by_length(void **state)
{
	char buffer[8];
	struct text text = TEXT_OVER(buffer);

	(void)state;
	text_add_octets(&text, "abcdef", 3);
	text_add_octets(&text, "ignored", 0);
	assert_string_equal(buffer, "abc");
	assert_int_equal(text.length, 3);
}

static const struct {
	const char *name, *string, *printable, *terminal;
} HOSTILE[] = {
	{"plain", "Plain text ~!", "Plain text ~!", "Plain text ~!"},
	{"line ends", "a\r\nb\n", "a??b?", "a??b?"},
	{"tab, escape, delete", "\t\x1b[31m\x7f", "??[31m?", "??[31m?"},
	{"two octets", "\xc3\xa9t", "??t", "\xc3\xa9t"},
	{"three octets", "\xe2\x82\xac", "???", "\xe2\x82\xac"},
	{"four octets", "\xf0\x9f\x98\x80", "????", "\xf0\x9f\x98\x80"},
	{"the last character", "\xf4\x8f\xbf\xbf", "????", "\xf4\x8f\xbf\xbf"},
	{"past the last", "\xf4\x90\x80\x80", "????", "????"},
	{"C1 range, first and last", "\xc2\x80\xc2\x9f", "????", "??"},
	{"after the C1 range", "\xc2\xa0", "??", "\xc2\xa0"},
	{"line separators", "\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xa9", "?????????", "\xe2\x80\xa7??"},
	/* NOLINTNEXTLINE(misc-misleading-bidirectional): that is what it tests */
	{"direction: embeddings and overrides", "\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xaf", "?????????",
		"??\xe2\x80\xaf"},
	{"direction: isolates", "\xe2\x81\xa5\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", "????????????",
		"\xe2\x81\xa5??\xe2\x81\xaa"},
	{"C1 as a bare octet",
		"\x9b"
		"0m",
		"?0m", "?0m"},
	{"overlong newline", "\xc0\x8a", "??", "??"},
	{"overlong in three", "\xe0\x80\x8a", "???", "???"},
	{"overlong in four", "\xf0\x80\x80\x8a", "????", "????"},
	{"surrogate", "\xed\xa0\x80", "???", "???"},
	{"cut short", "\xe2\x82", "??", "??"},
	{"broken in the middle", "\xe2\x41\x82", "?A?", "?A?"},
	{"five octets", "\xf8\x88\x80\x80\x80", "?????", "?????"},
	{"0xff and 0xfe", "\xff\xfe", "??", "??"},
};

static void makes_outside_strings_printable(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(HOSTILE); i++) {
		char buffer[64];
		struct text text = TEXT_OVER(buffer);

		text_add_printable(&text, HOSTILE[i].string);
		if (strcmp(buffer, HOSTILE[i].printable) != 0)
			fail_msg("%s: \"%s\"", HOSTILE[i].name, buffer);
	}
}

static void makes_outside_strings_fit_for_a_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(HOSTILE); i++) {
		char buffer[64];
		struct text text = TEXT_OVER(buffer);

		text_add_terminal(&text, HOSTILE[i].string);
		if (strcmp(buffer, HOSTILE[i].terminal) != 0)
			fail_msg("%s: \"%s\"", HOSTILE[i].name, buffer);
	}
}

static void replaces_every_octet_that_is_not_printable(void **state)
{
	(void)state;
	for (int octet = 1; octet < 256; octet++) {
		char string[] = {(char)octet, '\0'}, printable[4], terminal[4];
		struct text text = TEXT_OVER(printable);

		text_add_printable(&text, string);
		text = TEXT_OVER(terminal);
		text_add_terminal(&text, string);
		assert_int_equal(printable[0], octet >= 0x20 && octet <= 0x7e ? octet : '?');
		assert_string_equal(printable, terminal);
	}
}

static void copies_and_says_when_it_cut(void **state)
{
	char buffer[4];

	(void)state;
	assert_true(text_copy(buffer, sizeof(buffer), "abc"));
	assert_string_equal(buffer, "abc");
	assert_false(text_copy(buffer, sizeof(buffer), "defg"));
	assert_string_equal(buffer, "def");
	assert_true(text_copy(buffer, 1, ""));
	assert_string_equal(buffer, "");
}

/* Adds one random piece to the text and, by the reference's own means, to a string without bounds.
 */
static void add_piece(struct text *text, char *reference, uint64_t *random)
{
	static const char *const WORDS[] = {"", "a", "of the", "0123456789", "%s%n"};
	const char *word = WORDS[unit_random(random) % COUNT_OF(WORDS)];
	int number = (int)unit_random(random);
	char *end = reference + strlen(reference);

	switch (unit_random(random) % 4) {
	case 0:
		text_add(text, word);
		sprintf(end, "%s", word);
		break;
	case 1:
		text_add_char(text, (char)('a' + (number & 15)));
		sprintf(end, "%c", 'a' + (number & 15));
		break;
	case 2:
		text_add_format(text, "<%d %.3s>", number, word);
		sprintf(end, "<%d %.3s>", number, word);
		break;
	default:
		text_add_printable(text, word);
		sprintf(end, "%s", word);
	}
}

static void agrees_with_snprintf_whatever_is_added(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char buffer[80], expected[80], reference[640] = "";
		size_t size = 1 + unit_random(&random) % (sizeof(buffer) - 1), kept;

		memset(buffer, 0x55, sizeof(buffer));
		struct text text = text_over(buffer, size);
		for (unsigned pieces = unit_random(&random) % 12; pieces > 0; pieces--)
			add_piece(&text, reference, &random);
		kept = strnlen(reference, size - 1);
		memcpy(expected, reference, kept);
		expected[kept] = '\0';
		assert_string_equal(buffer, expected);
		assert_int_equal(text.length, kept);
		assert_int_equal(text.overflow, strlen(reference) >= size);
		assert_int_equal(buffer[size], 0x55);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_text_is_empty),
		cmocka_unit_test(a_text_over_an_array_empties_it),
		cmocka_unit_test(cuts_what_does_not_fit_and_remembers),
		cmocka_unit_test(adds_nothing_after_a_cut),
		cmocka_unit_test(clearing_forgets_the_overflow),
		cmocka_unit_test(a_buffer_of_one_octet_holds_the_empty_string),
		cmocka_unit_test(adds_octets_by_length),
		cmocka_unit_test(makes_outside_strings_printable),
		cmocka_unit_test(makes_outside_strings_fit_for_a_terminal),
		cmocka_unit_test(replaces_every_octet_that_is_not_printable),
		cmocka_unit_test(copies_and_says_when_it_cut),
		cmocka_unit_test(agrees_with_snprintf_whatever_is_added),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
