/* SPDX-License-Identifier: BSD-2-Clause */
/* What ordinary web servers answer to the prober, and proxies that look like them. */
#include "probe/web_server.h"

#include "tests/support/unit.h"

#define PORT 8080

/* What CONNECT, and what GET was answered; as_web_server: without a word of a proxy. */
static const struct answer_pair {
	enum probe_verdict connect;
	enum probe_verdict get;
	bool as_web_server;
	bool is_web_server;
} pairs[] = {
	/* a page of its own for everything */
	{PROBE_NOT_A_PROXY, PROBE_LIAR, true, true},
	{PROBE_REFUSED, PROBE_LIAR, true, true},
	/* what is behind it is gone: 502, 503, 504 */
	{PROBE_NOT_A_PROXY, PROBE_CANNOT_REACH_TARGET, true, true},
	/* it refused that port for CONNECT, and tried in vain for GET: a proxy may */
	{PROBE_REFUSED, PROBE_CANNOT_REACH_TARGET, true, false},
	{PROBE_CANNOT_REACH_TARGET, PROBE_CANNOT_REACH_TARGET, true, false},
	{PROBE_LIAR, PROBE_LIAR, true, false},
	{PROBE_NO_ANSWER, PROBE_LIAR, true, false},
	/* it calls itself a proxy */
	{PROBE_NOT_A_PROXY, PROBE_LIAR, false, false},
	{PROBE_NOT_A_PROXY, PROBE_CANNOT_REACH_TARGET, false, false},
	/* nothing else changes */
	{PROBE_NOT_A_PROXY, PROBE_OPEN, true, false},
	{PROBE_NOT_A_PROXY, PROBE_AUTH_REQUIRED, true, false},
	{PROBE_NOT_A_PROXY, PROBE_NO_ANSWER, true, false},
};

static struct probe_result result(
	uint16_t port, enum protocol protocol, enum probe_verdict verdict, bool as_web_server)
{
	return (struct probe_result){.port = {.port = port, .protocol = protocol},
		.verdict = verdict,
		.as_web_server = as_web_server};
}

static void get_and_connect_together_tell_a_web_server(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct answer_pair *pair = &pairs[i];
		struct probe_result results[] = {
			result(PORT, PROTOCOL_HTTP_GET, pair->get, pair->as_web_server),
			result(PORT, PROTOCOL_HTTP_CONNECT, pair->connect, pair->as_web_server),
			result(PORT, PROTOCOL_HTTP_CONNECT_10, pair->connect, pair->as_web_server),
		};
		if (web_server_answered(results, COUNT_OF(results), 0) != pair->is_web_server)
			fail_msg("pair %zu", i);
		assert_false(web_server_answered(results, COUNT_OF(results), 1));
	}
}

static void each_connect_counts(void **state)
{
	struct probe_result results[] = {
		result(PORT, PROTOCOL_HTTP_CONNECT, PROBE_NOT_A_PROXY, true),
		result(PORT, PROTOCOL_HTTP_CONNECT_10, PROBE_LIAR, true),
		result(PORT, PROTOCOL_HTTP_POST, PROBE_LIAR, true),
	};

	(void)state;
	assert_false(web_server_answered(results, COUNT_OF(results), 2));
}

static void only_the_same_port_counts(void **state)
{
	struct probe_result results[] = {
		result(PORT, PROTOCOL_HTTP_CONNECT, PROBE_NOT_A_PROXY, true),
		result(PORT + 1, PROTOCOL_HTTP_GET, PROBE_LIAR, true),
		result(PORT, PROTOCOL_SOCKS5, PROBE_LIAR, false),
	};

	(void)state;
	assert_false(web_server_answered(results, COUNT_OF(results), 1));
	assert_false(web_server_answered(results, COUNT_OF(results), 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(get_and_connect_together_tell_a_web_server),
		cmocka_unit_test(each_connect_counts),
		cmocka_unit_test(only_the_same_port_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
