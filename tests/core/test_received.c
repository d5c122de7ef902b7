/* SPDX-License-Identifier: BSD-2-Clause */
/* The client that a Received field names. */
#include "core/received.h"

#include <string.h>

#include "base/err.h"
#include "tests/support/unit.h"

/* The client that a field names; "" where no server could have written the field so. */
static const struct {
	const char *server, *body, *client;
} cases[] = {
	{"Postfix",
		" from mail.example.net (unknown [192.0.2.7])\r\n\tby mx.example.org (Postfix) "
		"with ESMTP id 1; Thu",
		"192.0.2.7"},
	{"Postfix, IPv6", " from a (b.example [IPv6:2001:db8::7]) by mx.example.org (Postfix); Thu",
		"2001:db8::7"},
	{"Sendmail", " from a (b.example [192.0.2.7] (may be forged)) by c (8.9.3/8.9.3); Thu",
		"192.0.2.7"},
	{"Sendmail, folded in the comment",
		" from a (host66.example\n    [192.0.2.7] (may be forged)) by b; Thu", "192.0.2.7"},
	{"Sendmail without a name", " from a ([192.0.2.7]) by b (8.9.3/8.9.3); Thu", "192.0.2.7"},
	{"Exim", " from b.example ([192.0.2.7] helo=a) by c with esmtp (Exim 4.96); Thu",
		"192.0.2.7"},
	{"Exim without a name", " from [192.0.2.7] (helo=a) by c with esmtp (Exim 4.96); Thu",
		"192.0.2.7"},
	{"Exim with a port", " from [192.0.2.7] (port=4711 helo=a) by c with esmtp; Thu",
		"192.0.2.7"},
	{"qmail", " from unknown (HELO a) (192.0.2.7) by b with SMTP; Thu", "192.0.2.7"},
	{"Exchange", " from a (192.0.2.7) by b (10.0.0.1) with Microsoft SMTP Server; Thu",
		"192.0.2.7"},
	{"in capitals", " FROM a (b [192.0.2.7]) BY c; Thu", "192.0.2.7"},

	{"only the name given", " from [192.0.2.9] by b with SMTP; Thu", ""},
	{"no by", " from a (b [192.0.2.9])", ""},
	{"only behind by", " from a by b ([192.0.2.9]); Thu", ""},
	{"only behind for", " from a by b for <x@[192.0.2.9]>; Thu", ""},
	{"no from", " (qmail 7 invoked from network [192.0.2.9]); Thu", ""},
	{"not an address", " from a (b [192.0.2.999]) by c; Thu", ""},
	{"an open comment", " from a (b [192.0.2.9] by c; Thu", ""},
	{"empty", "", ""},

	{"HELO with an address, Postfix", " from [192.0.2.9] (b [192.0.2.7]) by c; Thu",
		"192.0.2.7"},
	{"HELO that looks like a comment", " from a([192.0.2.9]) (b [192.0.2.7]) by c; Thu",
		"192.0.2.7"},
	{"HELO that opens a comment", " from a( (b [192.0.2.9]) by c; Thu", ""},
	{"HELO with an address, Exim", " from [192.0.2.7] (helo=[192.0.2.9]) by c; Thu",
		"192.0.2.7"},
	{"HELO with an address, Exim with a name",
		" from b.example ([192.0.2.7] helo=[192.0.2.9]) by c; Thu", "192.0.2.7"},
	{"HELO with an address, qmail", " from unknown (HELO [192.0.2.9]) (192.0.2.7) by c; Thu",
		"192.0.2.7"},
	{"HELO with an address, qmail with ident",
		" from unknown (HELO [192.0.2.9]) (user@192.0.2.7) by c; Thu", ""},
	{"ident with an address, Sendmail",
		" from a (IDENT:[192.0.2.9]@b.example [192.0.2.7]) by c; Thu", "192.0.2.7"},
	{"ident with an address, Exim", " from b ([192.0.2.7] ident=[192.0.2.9] helo=a) by c; Thu",
		"192.0.2.7"},
};

static void the_client_is_what_the_server_put_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[ADDR_TEXT_SIZE] = "";
		struct addr addr;
		if (received_client(cases[i].body, strlen(cases[i].body), &addr))
			addr_format(&addr, text);
		if (strcmp(text, cases[i].client) != 0)
			fail_msg("%s: \"%s\", not \"%s\"", cases[i].server, text, cases[i].client);
	}
}

static bool names(const char *message, const char *address)
{
	struct addr addr;

	assert_int_equal(addr_parse(address, &addr), ERR_NONE);
	return received_names(message, strlen(message), &addr);
}

static void any_field_of_the_header_counts_and_nothing_of_the_body(void **state)
{
	static const char message[] = "From a@example.net Thu Aug 22 14:44:07 2002\r\n"
				      "Received: from a (b [192.0.2.1]) by c; Thu\r\n"
				      "Subject: from x (y [192.0.2.3]) by z\r\n"
				      "received: from d (e\r\n\t[192.0.2.2])\r\n by f; Thu\r\n"
				      "\r\n"
				      "Received: from g (h [192.0.2.4]) by i; Thu\r\n";

	(void)state;
	assert_true(names(message, "192.0.2.1"));
	assert_true(names(message, "192.0.2.2"));
	assert_false(names(message, "192.0.2.3"));
	assert_false(names(message, "192.0.2.4"));
	assert_false(names("", "192.0.2.1"));
}

static void no_more_than_a_hundred_fields_are_looked_at(void **state)
{
	static char message[RECEIVED_MAX * 16 + 128];

	(void)state;
	for (int i = 0; i < RECEIVED_MAX; i++)
		strcat(message, "Received: x\n");
	strcat(message, "Received: from a (b [192.0.2.1]) by c; Thu\n");
	assert_false(names(message, "192.0.2.1"));
	assert_true(names(message + strlen("Received: x\n"), "192.0.2.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_client_is_what_the_server_put_down),
		cmocka_unit_test(any_field_of_the_header_counts_and_nothing_of_the_body),
		cmocka_unit_test(no_more_than_a_hundred_fields_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
