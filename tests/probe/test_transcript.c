/* SPDX-License-Identifier: BSD-2-Clause */
/* The record of a test, as people read it. */
#include "probe/transcript.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"

static struct evbuffer *transcript;
static char written[8192];

static int set_up(void **state)
{
	(void)state;
	transcript = evbuffer_new();
	return transcript == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	evbuffer_free(transcript);
	return 0;
}

/* All that was written since the last call. */
static const char *text(void)
{
	int length = evbuffer_remove(transcript, written, sizeof(written) - 1);

	written[length > 0 ? length : 0] = '\0';
	return written;
}

static void a_headline_says_where_from_where_to_and_how(void **state)
{
	struct probe_port port = {.port = 3128, .protocol = PROTOCOL_HTTP_CONNECT};
	struct target target = {.port = 25};
	struct addr host;

	(void)state;
	assert_int_equal(addr_parse("198.18.7.9", &host), 0);
	assert_int_equal(addr_parse("2001:db8::25", &target.addr), 0);
	transcript_headline(transcript, 3, &host, &port, &target);
	assert_string_equal(text(),
		"connection 3 to 198.18.7.9 port 3128: HTTP CONNECT to 2001:db8::25 port 25\n");
}

static void lines_have_a_time_and_a_sign(void **state)
{
	(void)state;
	transcript_note(transcript, 12, "connected from %s", "192.0.2.25");
	transcript_octets(transcript, 61051, '<', "HTTP/1.1 403 No\r\n", 17);
	transcript_verdict(transcript, 61052, PROBE_REFUSED);
	assert_string_equal(text(), "    0.012 . connected from 192.0.2.25\n"
				    "   61.051 < HTTP/1.1 403 No\\r\\n\n"
				    "   61.052 = refused\n");
}

static void octets_that_do_not_print_are_escaped(void **state)
{
	static const struct {
		const char *octets;
		size_t length;
		const char *line;
	} cases[] = {
		{"\x05\x00\xff", 3, "\\x05\\x00\\xff"},
		{"a\\b\tc", 5, "a\\\\b\\tc"},
		{"\x1b[31m", 5, "\\x1b[31m"},
		{"\xc3\xa4~\x7f", 4, "\\xc3\\xa4~\\x7f"},
	};
	char expected[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		transcript_octets(transcript, 0, '>', cases[i].octets, cases[i].length);
		snprintf(expected, sizeof(expected), "    0.000 > %s\n", cases[i].line);
		assert_string_equal(text(), expected);
	}
}

static void a_line_ends_after_a_newline_or_when_it_is_long(void **state)
{
	char flood[TRANSCRIPT_LINE_MAX + 1];

	(void)state;
	transcript_octets(transcript, 0, '<', "a\nb", 3);
	assert_string_equal(text(), "    0.000 < a\\n\n    0.000 < b\n");
	memset(flood, 'x', sizeof(flood));
	transcript_octets(transcript, 0, '<', flood, sizeof(flood));
	const char *lines = text();
	assert_int_equal(strcspn(lines, "\n"), strlen("    0.000 < ") + TRANSCRIPT_LINE_MAX);
	assert_string_equal(strchr(lines, '\n'), "\n    0.000 < x\n");
	transcript_octets(transcript, 0, '<', "", 0);
	assert_string_equal(text(), "");
}

static void a_note_is_printable_and_one_line(void **state)
{
	(void)state;
	transcript_note(transcript, 0, "%s", "two\nlines\x1b[0m");
	const char *line = text();
	assert_null(strchr(line, '\x1b'));
	assert_int_equal(strcspn(line, "\n"), strlen(line) - 1);
}

static void a_conclusion_does_not_make_a_full_transcript_longer(void **state)
{
	const struct probe_result result = {
		.port = {.port = 80, .protocol = PROTOCOL_HTTP_GET}, .verdict = PROBE_NOT_A_PROXY};
	char *full = calloc(1, TRANSCRIPT_MAX);

	(void)state;
	assert_non_null(full);
	transcript_conclusion(transcript, &result, "CONNECT shows a web server");
	assert_string_equal(
		text(), "port 80: HTTP GET: not-a-proxy, because CONNECT shows a web server\n");
	evbuffer_add(transcript, full, TRANSCRIPT_MAX - 1);
	free(full);
	transcript_conclusion(transcript, &result, "CONNECT shows a web server");
	assert_int_equal(evbuffer_get_length(transcript), TRANSCRIPT_MAX - 1);
}

#define WITH_TRANSCRIPT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TRANSCRIPT(a_headline_says_where_from_where_to_and_how),
		WITH_TRANSCRIPT(lines_have_a_time_and_a_sign),
		WITH_TRANSCRIPT(octets_that_do_not_print_are_escaped),
		WITH_TRANSCRIPT(a_line_ends_after_a_newline_or_when_it_is_long),
		WITH_TRANSCRIPT(a_note_is_printable_and_one_line),
		WITH_TRANSCRIPT(a_conclusion_does_not_make_a_full_transcript_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
