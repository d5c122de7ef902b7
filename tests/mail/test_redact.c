/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for the public: what is kept, and what is masked. */
#include "mail/redact.h"

#include <glib.h>
#include <string.h>

#include "mail/envelope.h"
#include "mail/identity.h"
#include "tests/support/unit.h"

static struct identity *identity;

static int begin(void **state)
{
	(void)state;
	identity = identity_new();
	identity_add_mailbox(identity, "jane.doe+shop@kunde.example");
	identity_add_recipients(identity, "\"Roe, Richard\" <bob@other.example>");
	return 0;
}

static int end(void **state)
{
	(void)state;
	identity_free(&identity);
	assert_null(identity);
	return 0;
}

static void check(char *shown, const char *expected)
{
	assert_string_equal(shown, expected);
	g_free(shown);
}

static void keeps_ordinary_text(void **state)
{
	static const char *const texts[] = {
		"",
		"Dear customer, don't wait: it is only $5.99 (was $1,299.00)!",
		"CALL 800-397-9999 -- today; 100% FREE, 24/7, AT&T and R&D.",
		"-----------------------------------------",
		"Jetzt \u00fcber 3 Stra\u00dfen, d\u00e9j\u00e0 vu.",
		"\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440",
		"\u4f60\u597d\u4e16\u754c\u3053\u3093\u306b\u3061\u306f",
		"one\n\ttwo   three\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		check(redact_text(identity, NULL, texts[i]), texts[i]);
}

static void masks_what_it_does_not_know(void **state)
{
	static const char *const cases[][2] = {
		{"a x=y b", "a [masked] b"},
		{"id 8f3a9c0d1e", "id [masked]"},
		{"no 123456", "no [masked]"},
		{"user@example.net wrote", "[masked] wrote"},
		{"Pay PayPal", "Pay [masked]"},
		{"\u0430bc abc", "[masked] abc"},
		{"x1y2 z3, a4b5 and", "[masked] and"},
		{"x1y2\nz3w4", "[masked]\n[masked]"},
		{"see http://a.b.example.net/x?y and www.example.net/",
			"see http://[masked].[masked].example.net/[masked] and www.example.net"},
		{"javascript://example.net/x", "[masked]"},
		{"at example.co.uk", "at example.co.uk"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(redact_text(identity, NULL, cases[i][0]), cases[i][1]);
}

static void masks_recipients(void **state)
{
	static const char *const cases[][2] = {
		{"dear Jane, dear JANE'S", "dear [masked], dear [masked]"},
		{"Richard and Bob", "[masked] and [masked]"},
		{"shop", "shop"},
		{"the kunden", "the [masked]"},
		{"rroe richardroe", "[masked]"},
		{"enaj", "[masked]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		check(redact_text(identity, NULL, cases[i][0]), cases[i][1]);
}

static void keeps_the_sender(void **state)
{
	(void)state;
	check(redact_text(identity, "offers@example.net", "from <Offers@example.net>, a@b.example"),
		"from <Offers@example.net>, [masked]");
}

static const struct envelope *show_envelope(const char *sender, const char *host)
{
	static struct envelope envelope;

	envelope_show(&(struct envelope_names){.sender = sender,
			      .recipient = "jane.doe@kunde.example",
			      .helo = host,
			      .client_name = host},
		&envelope);
	return &envelope;
}

static void sender_mailboxes_name_no_recipient(void **state)
{
	static const char *const cases[][2] = {
		{"", ""},
		{"offers@example.net", "offers@example.net"},
		{"bounce-jane.doe=kunde.example@example.net", "[masked]@example.net"},
		{"b+12345678@example.net", "[masked]@example.net"},
		{"offers@kunde.example.net", "offers@[masked].example.net"},
		{"postmaster", "[masked]"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		check(redact_sender(identity, cases[i][0]), cases[i][1]);
		assert_string_equal(show_envelope(cases[i][0], "")->sender, cases[i][1]);
	}
}

static void names_of_clients_name_no_recipient(void **state)
{
	static const char *const cases[][2] = {
		{"host.example.net", "host.example.net"},
		{"[198.18.7.9]", "[198.18.7.9]"},
		{"[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"},
		{"jane.example.net", "[masked].example.net"},
		{"x\"y", "[masked]"},
		{"", ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct envelope *envelope = show_envelope("", cases[i][0]);
		assert_string_equal(envelope->helo, cases[i][1]);
		assert_string_equal(envelope->client_name, cases[i][1]);
		assert_string_equal(envelope->recipient, "j***@kunde.example");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_ordinary_text),
		cmocka_unit_test(masks_what_it_does_not_know),
		cmocka_unit_test(masks_recipients),
		cmocka_unit_test(keeps_the_sender),
		cmocka_unit_test(sender_mailboxes_name_no_recipient),
		cmocka_unit_test(names_of_clients_name_no_recipient),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
