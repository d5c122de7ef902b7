/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON: commas and brackets, and strings of any octets. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/support/unit.h"

static struct json json;
static char *written;
static size_t written_length;

static int open_json(void **state)
{
	(void)state;
	json = (struct json){.file = open_memstream(&written, &written_length)};
	return json.file == NULL;
}

static int close_json(void **state)
{
	(void)state;
	free(written);
	written = NULL;
	return 0;
}

static void assert_written(const char *wanted)
{
	assert_int_equal(fclose(json.file), 0);
	assert_string_equal(written, wanted);
}

static void nested_values_are_separated_by_commas(void **state)
{
	(void)state;
	json_open(&json, NULL, '{');
	json_number(&json, "n", INT64_MIN);
	json_open(&json, "empty", '[');
	json_close(&json, ']');
	json_open(&json, "list", '[');
	json_bool(&json, NULL, true);
	json_bool(&json, NULL, false);
	json_open(&json, NULL, '{');
	json_null(&json, "x");
	json_close(&json, '}');
	json_close(&json, ']');
	json_text(&json, "none", NULL);
	json_close(&json, '}');
	json_end_line(&json);
	json_open(&json, NULL, '{');
	json_close(&json, '}');
	json_end_line(&json);
	assert_written("{\"n\": -9223372036854775808, \"empty\": [], \"list\": "
		       "[true, false, {\"x\": null}], \"none\": null}\n{}\n");
}

static void control_characters_and_quotes_are_escaped(void **state)
{
	(void)state;
	json_text(&json, "a\"b",
		"\\ \" / \x01\n\x7f \xc2\x9b"
		"31m");
	assert_written("\"a\\\"b\": \"\\\\ \\\" / \\u0001\\u000a\\u007f \\u009b31m\"");
}

static void valid_utf8_is_kept_and_other_octets_are_replaced(void **state)
{
	static const struct {
		const char *octets, *written;
	} cases[] = {
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
			"\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\""},
		{"\xff", "\"\\ufffd\""},
		{"a\xc3", "\"a\\ufffd\""},                                /* cut off */
		{"\xc3(", "\"\\ufffd(\""},                                /* no continuation */
		{"\xc0\xaf", "\"\\ufffd\\ufffd\""},                       /* overlong */
		{"\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            /* a surrogate */
		{"\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* past U+10FFFF */
		{"\x80", "\"\\ufffd\""},
		{"\xf0\x9f\x98\"", "\"\\ufffd\\ufffd\\ufffd\\\"\""},
	};
	char wanted[512] = "";

	(void)state;
	json_open(&json, NULL, '[');
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		json_text(&json, NULL, cases[i].octets);
		strcat(strcat(wanted, i == 0 ? "[" : ", "), cases[i].written);
	}
	json_close(&json, ']');
	assert_written(strcat(wanted, "]"));
}

static void octets_include_nul(void **state)
{
	(void)state;
	json_octets(&json, NULL, "a\0b", 3);
	assert_written("\"a\\u0000b\"");
}

static void times_are_utc_and_never_is_null(void **state)
{
	(void)state;
	json_open(&json, NULL, '{');
	json_time(&json, "at", 0);
	json_time(&json, "expires_at", CLOCK_NEVER);
	json_close(&json, '}');
	assert_written("{\"at\": \"1970-01-01 00:00:00\", \"expires_at\": null}");
}

#define JSON_TEST(name) cmocka_unit_test_setup_teardown(name, open_json, close_json)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JSON_TEST(nested_values_are_separated_by_commas),
		JSON_TEST(control_characters_and_quotes_are_escaped),
		JSON_TEST(valid_utf8_is_kept_and_other_octets_are_replaced),
		JSON_TEST(octets_include_nul),
		JSON_TEST(times_are_utc_and_never_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
