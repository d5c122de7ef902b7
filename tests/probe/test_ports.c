/* SPDX-License-Identifier: BSD-2-Clause */
/* Which ports and protocols a test tries, and in which order. */
#include "probe/ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "tests/support/unit.h"

static struct port_list list;

/* The families of the evidence that a text names, as "http:3128 socks5:1080". */
static const char *evidence_of(const char *string)
{
	static char found[4096];

	assert_int_equal(ports_begin(&list, NULL, 0), ERR_NONE);
	ports_add_evidence(&list, string);
	found[0] = '\0';
	for (size_t i = 0; i < list.evidence_count; i++) {
		char one[32];
		snprintf(one, sizeof(one), "%s%s:%u", found[0] != '\0' ? " " : "",
			ports_family_name(list.ports[i].protocol), list.ports[i].port);
		assert_true(list.ports[i].in_evidence);
		if (strstr(found, one) == NULL && strcmp(found, one + (one[0] == ' ')) != 0)
			strcat(found, one);
	}
	return found;
}

static void a_text_points_at_the_ports_that_people_mean(void **state)
{
	static const struct {
		const char *text, *evidence;
	} cases[] = {
		{"open proxy: SOCKS5 on port 1080", "socks5:1080"},
		{"open proxy: HTTP CONNECT on port 3128, SOCKS4a on port 1081",
			"http:3128 socks4:1081"},
		{"open proxy again: HTTPS CONNECT on port 8443 (one way)", "https:8443"},
		{"open proxy: HTTP/1.0 CONNECT on port 80.", "http:80"},
		{"telnet gateway on port 2323", "gateway:2323"},
		{"socks5:1080 http:3128", "socks5:1080 http:3128"},
		{"SOCKS on ports 1080 and 1081", "socks4:1080 socks5:1080 socks4:1081 socks5:1081"},
		{"seen on port 3128", "http:3128 socks4:3128 socks5:3128"},
		{"open at 198.51.100.7:8080 since 21:02:25", "http:8080 socks4:8080 socks5:8080"},
		{"http proxy at [2001:db8::7]:8080", "http:8080"},
		{"8080/tcp answers CONNECT", "http:8080 socks4:8080 socks5:8080"},
		{"port 443", "https:443"},
		{"sent spam on 2026-11-21 21:02:25 by helo 3.14", ""},
		{"port 0, port 65536, port 99999999999, port 12.5", ""},
		{"port", ""},
		{"", ""},
		{":::: port : :80 ]:", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(evidence_of(cases[i].text), cases[i].evidence);
}

static void evidence_comes_first_and_nothing_is_there_twice(void **state)
{
	(void)state;
	assert_int_equal(ports_begin(&list, NULL, 0), ERR_NONE);
	size_t built_in = list.count;
	ports_add_evidence(&list, "SOCKS5 on port 1080");
	assert_int_equal(list.count, built_in);
	assert_int_equal(list.evidence_count, 1);
	assert_int_equal(list.ports[0].port, 1080);
	assert_int_equal(list.ports[0].protocol, PROTOCOL_SOCKS5);
	ports_add_evidence(&list, "socks5:1080 socks5:64000");
	assert_int_equal(list.count, built_in + 1);
	assert_int_equal(list.evidence_count, 2);
	for (size_t i = 0; i < list.count; i++) {
		for (size_t j = 0; j < i; j++)
			assert_false(list.ports[i].port == list.ports[j].port &&
				     list.ports[i].protocol == list.ports[j].protocol);
	}
}

static void a_text_of_many_ports_is_cut_short(void **state)
{
	static char text[16384] = "ports";

	(void)state;
	for (int port = 20000; port < 22000; port++)
		snprintf(text + strlen(text), 16, " %d,", port);
	assert_int_equal(ports_begin(&list, NULL, 0), ERR_NONE);
	ports_add_evidence(&list, text);
	assert_true(list.evidence_count > 0);
	assert_true(list.evidence_count < 80);
}

static void the_configuration_replaces_the_built_in_ports(void **state)
{
	static char names[][16] = {"http:3128", "socks4:1080", "https:8443", "gateway:23"};
	char *const configured[] = {names[0], names[1], names[2], names[3]};

	(void)state;
	assert_int_equal(ports_begin(&list, configured, COUNT_OF(configured)), ERR_NONE);
	assert_int_equal(list.count, 4 + 2 + 1 + 1);
	assert_int_equal(list.evidence_count, 0);
	assert_int_equal(list.ports[0].protocol, PROTOCOL_HTTP_CONNECT);
	assert_int_equal(list.ports[0].port, 3128);
	assert_int_equal(list.ports[7].protocol, PROTOCOL_GATEWAY);
}

static void more_than_can_be_asked_is_refused(void **state)
{
	enum { TOO_MANY = PORTS_MAX / 4 + 1 };
	static char names[TOO_MANY][24];
	static char *configured[TOO_MANY];

	(void)state;
	for (int i = 0; i < TOO_MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "http:%d", 1000 + i);
		configured[i] = names[i];
	}
	assert_int_equal(ports_begin(&list, configured, TOO_MANY), ERR_RANGE);
	assert_int_equal(ports_begin(&list, configured, TOO_MANY - 1), ERR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_points_at_the_ports_that_people_mean),
		cmocka_unit_test(evidence_comes_first_and_nothing_is_there_twice),
		cmocka_unit_test(a_text_of_many_ports_is_cut_short),
		cmocka_unit_test(the_configuration_replaces_the_built_in_ports),
		cmocka_unit_test(more_than_can_be_asked_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
