/* SPDX-License-Identifier: BSD-2-Clause */
/* Page templates: names, sections and escaping. */
#include "web/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "tests/support/unit.h"

/* The replacement character. */
#define GONE "\xef\xbf\xbd"

/* 15 November 2026, 21:02:25 UTC. */
#define A_TIME 1794776545

static const struct value values[] = {
	{"name", .text = "a value"},
	{"markup", .text = "<b class=\"x\" id='y'>&amp;"},
	{"empty", .text = ""},
	{"missing", .text = NULL},
	{"tag", .text = "{{name}} {{!markup}}"},
	{"url", .text = "a b/c?d=e&f#\xc3\xa9\"'<%"},
	{"seven", .number = 7},
	{"minus", .number = -1},
	{"zero", .number = 0},
	{"time", .time = A_TIME},
	{"day", .day = A_TIME},
	{"never", .time = CLOCK_NEVER},
	{.name = NULL},
};

/* What a template comes to; lasts until the next one. */
static const char *written(const char *template)
{
	static char *text;
	size_t length;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &length);
	assert_non_null(out);
	template_write(out, template, values);
	assert_int_equal(fclose(out), 0);
	return text;
}

static const char *written_row(const char *template, const char *name)
{
	static struct rows rows;

	free(rows.html);
	assert_int_equal(rows_begin(&rows), ERR_NONE);
	template_write_row(rows.out, template, name, values);
	rows_end(&rows);
	assert_null(rows.out);
	return rows.html;
}

static const char *escaped(const char *octets, size_t length)
{
	static char *text;
	size_t written_length;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &written_length);
	assert_non_null(out);
	html_write(out, octets, length);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void each_form_of_a_name_is_filled_in(void **state)
{
	static const struct {
		const char *template;
		const char *text;
	} cases[] = {
		{"", ""},
		{"no name", "no name"},
		{"{{name}}", "a value"},
		{"<{{name}}>{{name}}", "<a value>a value"},
		{"{{markup}}", "&lt;b class=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;"},
		{"{{!markup}}", "<b class=\"x\" id='y'>&amp;"},
		{"{{%url}}", "a%20b%2Fc%3Fd%3De%26f%23%C3%A9%22%27%3C%25"},
		{"[{{empty}}{{missing}}{{unknown}}{{!unknown}}{{%unknown}}]", "[]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(written(cases[i].template), cases[i].text);
}

static void a_section_is_there_by_its_value(void **state)
{
	static const struct {
		const char *template;
		const char *text;
	} cases[] = {
		{"{{?name}}yes{{/}}{{^name}}no{{/}}", "yes"},
		{"{{?empty}}yes{{/}}{{^empty}}no{{/}}", "no"},
		{"{{?missing}}yes{{/}}{{^missing}}no{{/}}", "no"},
		{"{{?unknown}}yes{{/}}{{^unknown}}no{{/}}", "no"},
		{"{{?name}}a{{?empty}}b{{/}}c{{/}}d", "acd"},
		{"{{?empty}}a{{?name}}b{{/}}c{{/}}d", "d"},
		{"{{?empty}}a{{^empty}}b{{/}}{{?name}}c{{/}}{{/}}d", "d"},
		{"{{?name}}{{name}}{{/}}", "a value"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(written(cases[i].template), cases[i].text);
}

static void numbers_and_times_are_values_too(void **state)
{
	static const struct {
		const char *template;
		const char *text;
	} cases[] = {
		{"{{seven}}{{minus}}{{!seven}}{{%seven}}", "7-177"},
		{"[{{zero}}]{{?zero}}yes{{/}}{{?seven}}yes{{/}}", "[]yes"},
		{"{{time}}", "15 November 2026, 21:02 UTC"},
		{"{{day}}", "15 November 2026"},
		{"[{{never}}]{{?never}}yes{{/}}{{?time}}yes{{/}}", "[]yes"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(written(cases[i].template), cases[i].text);
}

static void every_month_has_its_name(void **state)
{
	static const struct {
		int64_t time;
		const char *text;
	} cases[] = {
		{1, "1 January 1970, 00:00 UTC"},
		{951782400, "29 February 2000, 00:00 UTC"},
		{1796083199, "30 November 2026, 23:59 UTC"},
		{1796083200, "1 December 2026, 00:00 UTC"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char *text = NULL;
		size_t length;
		FILE *out = open_memstream(&text, &length);
		assert_non_null(out);
		template_write(out, "{{time}}", VALUES({"time", .time = cases[i].time}));
		assert_int_equal(fclose(out), 0);
		assert_string_equal(text, cases[i].text);
		free(text);
	}
}

static void a_row_is_written_by_itself_and_stands_where_its_template_is(void **state)
{
	static const char template[] =
		"a{{?name}}b{{#row}}<{{name}}{{#tag}}[{{seven}}]{{/}}>{{/}}c{{/}}d{{#empty}}x{{/}}";

	(void)state;
	assert_string_equal(written(template), "abcd");
	assert_string_equal(written("{{#markup}}{{name}}{{/}}"), "<b class=\"x\" id='y'>&amp;");
	assert_string_equal(written_row(template, "row"), "<a value{{name}} {{!markup}}>");
	assert_string_equal(written_row(template, "tag"), "[7]");
	assert_string_equal(written_row(template, "empty"), "x");
	assert_string_equal(written_row(template, "nothing"), "");
	assert_string_equal(written_row("{{#row}}never ended", "row"), "never ended");
}

static void a_value_is_never_looked_at_for_names(void **state)
{
	(void)state;
	assert_string_equal(written("{{tag}}"), "{{name}} {{!markup}}");
	assert_string_equal(written("{{!tag}}"), "{{name}} {{!markup}}");
}

static void a_template_that_is_not_well_formed_is_written_as_far_as_it_is(void **state)
{
	static const struct {
		const char *template;
		const char *text;
	} cases[] = {
		{"a{{name", "a{{name"},
		{"a}}b", "a}}b"},
		{"a{{", "a{{"},
		{"{{/}}a", "a"},
		{"{{?empty}}never ended", ""},
		{"{{?name}}never ended", "never ended"},
		{"{{}}a", "a"},
		{"{{!}}{{%}}{{#}}c{{/}}{{?}}b{{/}}a", "a"},
		{"{{a name that is much longer than any name in a template is}}",
			"{{a name that is much longer than any name in a template is}}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(written(cases[i].template), cases[i].text);
}

static void octets_are_escaped_whatever_they_are(void **state)
{
	static const struct {
		const char *octets;
		const char *text;
	} cases[] = {
		{"plain", "plain"},
		{"<script>alert('1')</script>", "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"},
		{"\" onmouseover=\"x", "&quot; onmouseover=&quot;x"}, {"a\tb\r\nc\n", "a\tb\nc\n"},
		{"\x1b[2J\x07\x7f", GONE "[2J" GONE GONE},
		{"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xae",
			"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x93\xae"},
		{"\xff\xfe", GONE GONE}, {"\xc3", GONE},
		{"\xc0\xbcscript", GONE GONE "script"}, /* an overlong "<" */
		/* NOLINTBEGIN(misc-misleading-bidirectional): that is what it tests */
		{"a\xe2\x80\xae"
		 "b",
			"a" GONE "b"}, /* U+202E */
		{"a\xe2\x81\xa7"
		 "b",
			"a" GONE "b"}, /* U+2067 */
		/* NOLINTEND(misc-misleading-bidirectional) */
		{"\xed\xa0\x80", GONE GONE GONE}, /* half of a pair */
		{"\xc2\x85", GONE},               /* U+0085 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(
			escaped(cases[i].octets, strlen(cases[i].octets)), cases[i].text);
	assert_string_equal(escaped("a\0<", 3), "a" GONE "&lt;");
	assert_string_equal(escaped("abc", 0), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_of_a_name_is_filled_in),
		cmocka_unit_test(a_section_is_there_by_its_value),
		cmocka_unit_test(numbers_and_times_are_values_too),
		cmocka_unit_test(every_month_has_its_name),
		cmocka_unit_test(a_row_is_written_by_itself_and_stands_where_its_template_is),
		cmocka_unit_test(a_value_is_never_looked_at_for_names),
		cmocka_unit_test(a_template_that_is_not_well_formed_is_written_as_far_as_it_is),
		cmocka_unit_test(octets_are_escaped_whatever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
