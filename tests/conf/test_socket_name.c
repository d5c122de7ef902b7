/* SPDX-License-Identifier: BSD-2-Clause */
/* The spellings of a milter's socket. */
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/socket_name.h"
#include "tests/support/unit.h"

static void each_spelling_is_read_and_told_to_libmilter(void **state)
{
	static const struct {
		const char *name;
		const char *libmilter;
	} cases[] = {
		{"unix:/run/opsmilter.sock", "unix:/run/opsmilter.sock"},
		{"local:/run/opsmilter.sock", "unix:/run/opsmilter.sock"},
		{"/run/opsmilter.sock", "unix:/run/opsmilter.sock"},
		{"inet:8891", "inet:8891"},
		{"inet:8891@127.0.0.1", "inet:8891@127.0.0.1"},
		{"inet:8891@localhost", "inet:8891@localhost"},
		{"inet:127.0.0.1:8891", "inet:8891@127.0.0.1"},
		{"inet:localhost:8891", "inet:8891@localhost"},
		{"inet6:8891@::1", "inet6:8891@::1"},
		{"inet6:8891@[::1]", "inet6:8891@::1"},
		{"inet:[::1]:8891", "inet6:8891@::1"},
		{"inet:1@a.example", "inet:1@a.example"},
		{"inet:65535@127.0.0.1", "inet:65535@127.0.0.1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char why_buffer[256], buffer[512];
		struct text why = TEXT_OVER(why_buffer), spelled = TEXT_OVER(buffer);
		struct socket_name name;
		if (socket_name_parse(cases[i].name, &name, &why) != ERR_NONE)
			fail_msg("%s: %s", cases[i].name, why_buffer);
		socket_name_format_libmilter(&name, &spelled);
		assert_string_equal(buffer, cases[i].libmilter);
		assert_string_equal(why_buffer, "");
	}
}

static void each_fault_is_refused_with_what_would_be_right(void **state)
{
	static const struct {
		const char *name;
		int err;
		const char *word;
	} cases[] = {
		{"", ERR_SYNTAX, "expected"},
		{"unix:", ERR_SYNTAX, "begin with /"},
		{"unix:relative", ERR_SYNTAX, "begin with /"},
		{"opsmilter.sock", ERR_SYNTAX, "expected"},
		{"udp:25@127.0.0.1", ERR_SYNTAX, "expected"},
		{"inet:", ERR_RANGE, "1 to 65535"},
		{"inet:0@127.0.0.1", ERR_RANGE, "1 to 65535"},
		{"inet:65536@127.0.0.1", ERR_RANGE, "1 to 65535"},
		{"inet:999999999999@127.0.0.1", ERR_RANGE, "1 to 65535"},
		{"inet:-1@127.0.0.1", ERR_RANGE, "1 to 65535"},
		{"inet:25x@127.0.0.1", ERR_RANGE, "1 to 65535"},
		{"inet:2\n5@127.0.0.1", ERR_RANGE, "\"2?5\""},
		{"inet:25@", ERR_SYNTAX, "expected"},
		{"inet:25@a b", ERR_SYNTAX, "expected"},
		{"inet:25@a%b", ERR_SYNTAX, "expected"},
		{"inet6:25@::1::", ERR_SYNTAX, "expected"},
		{"inet6:25@fe80::1%eth0", ERR_SYNTAX, "expected"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buffer[256];
		struct text why = TEXT_OVER(buffer);
		struct socket_name name;
		if (socket_name_parse(cases[i].name, &name, &why) != cases[i].err ||
			strstr(buffer, cases[i].word) == NULL)
			fail_msg("\"%s\": %s", cases[i].name, buffer);
	}
}

static void a_path_may_be_as_long_as_the_system_allows(void **state)
{
	char string[256] = "unix:/";
	struct socket_name name;
	size_t longest = sizeof(name.path) - 1;

	(void)state;
	for (size_t length = longest - 1; length <= longest + 1; length++) {
		char buffer[256];
		struct text why = TEXT_OVER(buffer);
		memset(string + strlen("unix:/"), 'x', length - 1);
		string[strlen("unix:") + length] = '\0';
		assert_int_equal(socket_name_parse(string, &name, &why),
			length <= longest ? ERR_NONE : ERR_RANGE);
		assert_true((strstr(buffer, "shorter") != NULL) == (length > longest));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_spelling_is_read_and_told_to_libmilter),
		cmocka_unit_test(each_fault_is_refused_with_what_would_be_right),
		cmocka_unit_test(a_path_may_be_as_long_as_the_system_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
