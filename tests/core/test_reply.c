/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply templates: checking them, filling them in, and staying within the limits of SMTP. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "core/reply.h"
#include "tests/support/unit.h"

#define SITE "https://ops.example.org"

static char message[1024];

static int check(const char *template, const char *site_url)
{
	struct text text = TEXT_OVER(message);

	int err = reply_check_template(template, site_url, &text);
	assert_true((err == ERR_NONE) == (message[0] == '\0'));
	return err;
}

static struct hit sample_hit(const char *address, const char *reason)
{
	struct hit hit = {.id = 42};

	assert_int_equal(addr_parse(address, &hit.client.addr), ERR_NONE);
	hit.listing.network = network_around(&hit.client.addr, 120);
	strcpy(hit.listing.list, "ops");
	text_copy(hit.listing.reason, sizeof(hit.listing.reason), reason);
	hit.listing.listed_at = 1700000000;
	hit.listing.expires_at = CLOCK_NEVER;
	hit_ref_format(hit.id, 7, hit.ref);
	return hit;
}

static void fills_in_every_variable(void **state)
{
	struct hit hit = sample_hit("192.0.2.1", "open HTTP proxy");
	char text[REPLY_TEXT_SIZE];

	(void)state;
	reply_fill_template("%{client}|%{list}|%{network}|%{reason}|%{url}|%{ref}|%{listed_at}|%{"
			    "expires_at}|%%",
		SITE, &hit, REPLY_ROOM, text);
	assert_string_equal(text,
		"192.0.2.1|ops|192.0.2.0/24|open HTTP proxy|" SITE "/lookup?ip=192.0.2.1|"
		"1A-000000000007|2023-11-14 22:13:20|never|%");
	hit.listing.expires_at = 1700000001;
	reply_fill_template("%{expires_at}", SITE, &hit, REPLY_ROOM, text);
	assert_string_equal(text, "2023-11-14 22:13:21");
}

static void refuses_each_faulty_template_and_says_why(void **state)
{
	static const struct {
		const char *template;
		int err;
		const char *word; /* that the message has */
	} cases[] = {
		{"", ERR_SYNTAX, "empty"},
		{"two\nlines", ERR_SYNTAX, "one line"},
		{"two\rlines", ERR_SYNTAX, "one line"},
		{"a\ttab", ERR_SYNTAX, "printable"},
		{"b\xc3\xb6se", ERR_SYNTAX, "printable"},
		{"\x7f", ERR_SYNTAX, "printable"},
		{"100%", ERR_SYNTAX, "%%"},
		{"100% sure", ERR_SYNTAX, "%%"},
		{"%{clinet}", ERR_SYNTAX, "%{client}"},
		{"%{}", ERR_SYNTAX, "%{client}"},
		{"%{client", ERR_SYNTAX, "%{client}"},
		{"%{Client}", ERR_SYNTAX, "%{client}"},
		{"%s%n", ERR_SYNTAX, "%{client}"},
		{"%client", ERR_SYNTAX, "%{client}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		if (check(cases[i].template, SITE) != cases[i].err ||
			strstr(message, cases[i].word) == NULL)
			fail_msg("\"%s\": %s", cases[i].template, message);
	}
}

static void refuses_a_template_that_could_be_too_long(void **state)
{
	char template[REPLY_ROOM + 2];

	(void)state;
	memset(template, 'x', sizeof(template) - 1);
	template[sizeof(template) - 1] = '\0';
	assert_int_equal(check(template, SITE), ERR_RANGE);
	assert_non_null(strstr(message, "512"));
	template[REPLY_ROOM] = '\0';
	assert_int_equal(check(template, SITE), ERR_NONE);
	memcpy(template + REPLY_ROOM - 6, "%{url}", 6);
	assert_int_equal(check(template, SITE), ERR_RANGE);
}

static void cuts_a_long_reason_and_nothing_else(void **state)
{
	struct hit hit = sample_hit("2001:db8:1111:2222:3333:4444:5555:6666", "");
	char text[REPLY_TEXT_SIZE];
	const char *template = "no: %{reason}; see %{url} (ref %{ref})";

	(void)state;
	memset(hit.listing.reason, 'r', sizeof(hit.listing.reason) - 1);
	for (size_t room = 0; room <= REPLY_ROOM; room++) {
		reply_fill_template(template, SITE, &hit, room, text);
		assert_non_null(strstr(text,
			"see " SITE "/lookup?ip=2001:db8:1111:2222:3333:4444:5555:6666 (ref "));
		assert_non_null(strstr(text, hit.ref));
		assert_true(strlen(text) <= room || strstr(text, "...; see") != NULL);
	}
	assert_non_null(strstr(text, hit.listing.reason));
}

static void makes_a_reason_safe_for_a_reply(void **state)
{
	struct hit hit = sample_hit("192.0.2.1", "bad\r\n250 OK %{url} 100% \xc3\xa9");
	char text[REPLY_TEXT_SIZE];

	(void)state;
	reply_fill_template("%{reason}", SITE, &hit, REPLY_ROOM, text);
	assert_string_equal(text, "bad??250 OK %{url} 100% ??");
}

/* A template of random pieces, now and then a damaged one. */
static void random_template(uint64_t *random, char *template, size_t size)
{
	static const char *const pieces[] = {"%{client}", "%{list}", "%{network}", "%{reason}",
		"%{url}", "%{ref}", "%{listed_at}", "%{expires_at}", "%%", "word ", "; ",
		"a rather long piece of text that fills room "};
	struct text text = text_over(template, size);

	for (uint32_t count = unit_random(random) % 20; count > 0; count--)
		text_add(&text, pieces[unit_random(random) % COUNT_OF(pieces)]);
}

static void a_checked_template_never_passes_512_octets(void **state)
{
	uint64_t random = UNIT_RANDOM_SEED;
	char template[700], text[REPLY_TEXT_SIZE];
	size_t usable = 0;

	(void)state;
	struct hit hit = sample_hit("2001:db8:1111:2222:3333:4444:5555:6666", "");
	memset(hit.listing.list, 'l', sizeof(hit.listing.list) - 1);
	hit_ref_format(INT64_MAX, UINT64_MAX, hit.ref);
	for (int i = 0; i < 20000; i++) {
		random_template(&random, template, sizeof(template));
		if (check(template, SITE) != ERR_NONE)
			continue;
		usable++;
		size_t length = unit_random(&random) % sizeof(hit.listing.reason);
		memset(hit.listing.reason, 'r', length);
		hit.listing.reason[length] = '\0';
		reply_fill_template(template, SITE, &hit, REPLY_ROOM, text);
		assert_true(strlen("550 5.7.1 ") + strlen(text) + strlen("\r\n") <= 512);
		if (strstr(template, "%{ref}") != NULL)
			assert_non_null(strstr(text, hit.ref));
		if (strstr(template, "%{url}") != NULL)
			assert_non_null(strstr(
				text, SITE "/lookup?ip=2001:db8:1111:2222:3333:4444:5555:6666"));
	}
	assert_true(usable > 1000);
}

static void tags_with_one_line_that_no_reason_can_break(void **state)
{
	struct hit hit = sample_hit("192.0.2.1", "a \"quoted\\\" reason;\r\nX-Forged: yes");
	char value[1024];
	struct text text = TEXT_OVER(value);

	(void)state;
	reply_tag_header(&hit, &text);
	assert_string_equal(value,
		"ops; client=192.0.2.1; network=192.0.2.0/24; "
		"reason=\"a 'quoted'' reason;??X-Forged: yes\"; ref=1A-000000000007");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_in_every_variable),
		cmocka_unit_test(refuses_each_faulty_template_and_says_why),
		cmocka_unit_test(refuses_a_template_that_could_be_too_long),
		cmocka_unit_test(cuts_a_long_reason_and_nothing_else),
		cmocka_unit_test(makes_a_reason_safe_for_a_reply),
		cmocka_unit_test(a_checked_template_never_passes_512_octets),
		cmocka_unit_test(tags_with_one_line_that_no_reason_can_break),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
