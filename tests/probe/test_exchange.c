/* SPDX-License-Identifier: BSD-2-Clause */
/* Each protocol of the prober, on buffers: the requests it sends and the answers it understands. */
#include "probe/exchange.h"

#include <string.h>

#include "probe/protocols.h"
#include "tests/support/unit.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
#define ANSWER "fedcba9876543210fedcba9876543210"

static struct goal goal_at(const char *address, uint16_t port)
{
	struct goal goal = {.target.port = port, .site_url = "https://ops.example.org"};

	assert_int_equal(addr_parse(address, &goal.target.addr), 0);
	strcpy(goal.token, TOKEN);
	strcpy(goal.answer, ANSWER);
	return goal;
}

/* What the exchange wants sent, taken from it. */
static size_t take_out(struct exchange *exchange, unsigned char out_r[EXCHANGE_WRITE_MAX])
{
	size_t length = exchange->out_length;

	memcpy(out_r, exchange->out, length);
	exchange->out_length = 0;
	return length;
}

static void assert_sends(struct exchange *exchange, const void *octets, size_t length)
{
	unsigned char out[EXCHANGE_WRITE_MAX];

	assert_int_equal(take_out(exchange, out), length);
	assert_memory_equal(out, octets, length);
}

#define SENDS(exchange, string) assert_sends(exchange, string, sizeof(string) - 1)
#define GIVE(exchange, string) exchange_read(exchange, string, sizeof(string) - 1)

static void http_names_the_target_in_line_and_host(void **state)
{
	static const struct {
		enum protocol protocol;
		const char *address;
		const char *sent;
	} cases[] = {
		{PROTOCOL_HTTP_CONNECT, "192.0.2.25",
			"CONNECT 192.0.2.25:25 HTTP/1.1\r\nHost: 192.0.2.25:25\r\n"
			"User-Agent: opsmilter prober (https://ops.example.org)\r\n\r\n"},
		{PROTOCOL_HTTP_CONNECT_10, "192.0.2.25",
			"CONNECT 192.0.2.25:25 HTTP/1.0\r\nHost: 192.0.2.25:25\r\n"
			"User-Agent: opsmilter prober (https://ops.example.org)\r\n\r\n"},
		{PROTOCOL_HTTPS_CONNECT, "2001:db8::25",
			"CONNECT [2001:db8::25]:25 HTTP/1.1\r\nHost: [2001:db8::25]:25\r\n"
			"User-Agent: opsmilter prober (https://ops.example.org)\r\n\r\n"},
		{PROTOCOL_HTTP_GET, "192.0.2.25",
			"GET http://192.0.2.25:25/" TOKEN " HTTP/1.1\r\nHost: 192.0.2.25:25\r\n"
			"User-Agent: opsmilter prober (https://ops.example.org)\r\n"
			"Accept: */*\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"},
		{PROTOCOL_HTTP_POST, "2001:db8::25",
			"POST http://[2001:db8::25]:25/" TOKEN " HTTP/1.1\r\n"
			"Host: [2001:db8::25]:25\r\n"
			"User-Agent: opsmilter prober (https://ops.example.org)\r\n"
			"Accept: */*\r\nCache-Control: no-store\r\nConnection: close\r\n"
			"Content-Type: text/plain\r\nContent-Length: 34\r\n\r\n" TOKEN "\r\n"},
	};
	struct exchange exchange;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct goal goal = goal_at(cases[i].address, 25);
		exchange_begin(&exchange, protocol_type(cases[i].protocol), &goal);
		assert_sends(&exchange, cases[i].sent, strlen(cases[i].sent));
	}
}

/* What is said before the token, and what comes of it when the suspect then hangs up, or is silent.
 */
struct answer_case {
	enum protocol protocol;
	const char *octets;
	size_t length;
	enum ending ending;
	enum probe_verdict verdict;
};

#define SAYS(string) string, sizeof(string) - 1

static const struct answer_case answers[] = {
	/* HTTP CONNECT */
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 407 Who are you\r\n"), ENDING_CLOSED,
		PROBE_AUTH_REQUIRED},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.0 403 No\r\n\r\n"), ENDING_CLOSED, PROBE_REFUSED},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 405 Not that\r\nServer: nginx\r\n\r\n"),
		ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 405 Not that\r\nProxy-Agent: x\r\n\r\n"),
		ENDING_CLOSED, PROBE_REFUSED},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 403 No"), ENDING_TIMEOUT, PROBE_REFUSED},
	{PROTOCOL_HTTP_CONNECT,
		SAYS("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>"),
		ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 502 Bad gateway\r\n"), ENDING_CLOSED,
		PROBE_CANNOT_REACH_TARGET},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 503 Later\r\n"), ENDING_CLOSED,
		PROBE_CANNOT_REACH_TARGET},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 504 Too slow\r\n"), ENDING_CLOSED,
		PROBE_CANNOT_REACH_TARGET},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 404 Not here\r\n"), ENDING_CLOSED,
		PROBE_NOT_A_PROXY},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 301 There\r\n"), ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 100 Go on\r\n\r\nHTTP/1.1 403 No\r\n\r\n"),
		ENDING_CLOSED, PROBE_REFUSED},
	{PROTOCOL_HTTP_CONNECT, SAYS("220 mail.example.org ESMTP\r\n"), ENDING_CLOSED,
		PROBE_NOT_A_PROXY},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/x"), ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_HTTP_CONNECT, SAYS(""), ENDING_CLOSED, PROBE_REFUSED},
	{PROTOCOL_HTTP_CONNECT, SAYS(""), ENDING_TIMEOUT, PROBE_NO_ANSWER},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1."), ENDING_TIMEOUT, PROBE_NO_ANSWER},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 200 OK\r\nX"), ENDING_TIMEOUT, PROBE_LIAR},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 200 OK\r\n\r\n"), ENDING_CLOSED, PROBE_LIAR},
	{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.0 200 OK\n\nyes"), ENDING_TIMEOUT, PROBE_LIAR},
	/* GET and POST */
	{PROTOCOL_HTTP_GET, SAYS("HTTP/1.1 200 OK\r\n\r\n<p>My own page</p>"), ENDING_CLOSED,
		PROBE_LIAR},
	{PROTOCOL_HTTP_GET, SAYS("HTTP/1.1 404 Not here\r\n\r\n"), ENDING_CLOSED,
		PROBE_NOT_A_PROXY},
	{PROTOCOL_HTTP_POST, SAYS("HTTP/1.1 403 No\r\n\r\n"), ENDING_CLOSED, PROBE_REFUSED},
	/* SOCKS 4 */
	{PROTOCOL_SOCKS4, SAYS("\0\x5b\0\0\0\0\0\0"), ENDING_CLOSED, PROBE_REFUSED},
	{PROTOCOL_SOCKS4, SAYS("\0\x5d\0\0\0\0\0\0"), ENDING_CLOSED, PROBE_AUTH_REQUIRED},
	{PROTOCOL_SOCKS4, SAYS("\0\x5a\0\0\0\0\0\0"), ENDING_CLOSED, PROBE_LIAR},
	{PROTOCOL_SOCKS4, SAYS("\0\x5a\0"), ENDING_TIMEOUT, PROBE_LIAR},
	{PROTOCOL_SOCKS4, SAYS("\0\x07"), ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_SOCKS4A, SAYS("HTTP/1.1 400 Bad\r\n"), ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_SOCKS4A, SAYS("\0"), ENDING_TIMEOUT, PROBE_NO_ANSWER},
	/* SOCKS 5 */
	{PROTOCOL_SOCKS5, SAYS("\x05\xff"), ENDING_CLOSED, PROBE_AUTH_REQUIRED},
	{PROTOCOL_SOCKS5, SAYS("\x05\x02"), ENDING_CLOSED, PROBE_AUTH_REQUIRED},
	{PROTOCOL_SOCKS5, SAYS("\x05\x01"), ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_SOCKS5, SAYS("\x04\x5b"), ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x01"), ENDING_CLOSED, PROBE_CANNOT_REACH_TARGET},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x02"), ENDING_CLOSED, PROBE_REFUSED},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x05"), ENDING_CLOSED, PROBE_CANNOT_REACH_TARGET},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x07"), ENDING_CLOSED, PROBE_REFUSED},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x08"), ENDING_CLOSED, PROBE_CANNOT_REACH_TARGET},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x09"), ENDING_CLOSED, PROBE_NOT_A_PROXY},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x00\x00\x09\x01"), ENDING_TIMEOUT, PROBE_LIAR},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00\x05\x00\x00\x01\0\0\0\0\0\0"), ENDING_CLOSED, PROBE_LIAR},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00"), ENDING_TIMEOUT, PROBE_NO_ANSWER},
	{PROTOCOL_SOCKS5, SAYS("\x05\x00"), ENDING_CLOSED, PROBE_REFUSED},
	/* Gateways */
	{PROTOCOL_GATEWAY, SAYS("Debian GNU/Linux\r\nlogin: "), ENDING_TIMEOUT,
		PROBE_AUTH_REQUIRED},
	{PROTOCOL_GATEWAY, SAYS("Password:"), ENDING_TIMEOUT, PROBE_AUTH_REQUIRED},
	{PROTOCOL_GATEWAY, SAYS("Welcome"), ENDING_TIMEOUT, PROBE_NO_ANSWER},
	{PROTOCOL_GATEWAY, SAYS(""), ENDING_TIMEOUT, PROBE_NO_ANSWER},
};

static enum probe_verdict outcome(const struct answer_case *answer, size_t piece)
{
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	exchange_begin(&exchange, protocol_type(answer->protocol), &goal);
	for (size_t at = 0; at < answer->length; at += piece) {
		size_t left = answer->length - at;
		exchange.out_length = 0;
		exchange_read(&exchange, answer->octets + at, left < piece ? left : piece);
	}
	exchange_end(&exchange, answer->ending);
	return exchange_verdict(&exchange, false);
}

static void an_answer_says_why_nothing_arrived(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(answers); i++) {
		if (outcome(&answers[i], answers[i].length + 1) != answers[i].verdict ||
			outcome(&answers[i], 1) != answers[i].verdict)
			fail_msg("answer %zu (%s): %s", i, answers[i].octets,
				probe_verdict_name(outcome(&answers[i], 1)));
	}
}

static void an_answer_with_no_word_of_a_proxy_is_a_web_servers(void **state)
{
	static const struct {
		enum protocol protocol;
		const char *octets;
		bool as_web_server;
	} cases[] = {
		{PROTOCOL_HTTP_GET, "HTTP/1.1 200 OK\r\nServer: nginx\r\n\r\nmy proxy page", true},
		{PROTOCOL_HTTP_GET, "HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\n\r\n", true},
		{PROTOCOL_HTTP_GET, "HTTP/1.1 502 Proxy Error\r\nServer: Apache\r\n\r\n", false},
		{PROTOCOL_HTTP_POST, "HTTP/1.1 503 No\r\nX-SQUID-Error: 1\r\n\r\n", false},
		{PROTOCOL_HTTP_CONNECT, "HTTP/1.1 400 Bad Request\r\n\r\n", true},
		{PROTOCOL_HTTP_CONNECT, "HTTP/1.0 403 No\r\nServer: tinyproxy/1.11\r\n\r\n", false},
		{PROTOCOL_HTTP_CONNECT, "220 mail.example.org ESMTP\r\n", false},
		{PROTOCOL_SOCKS5, "HTTP/1.1 400 Bad Request\r\n\r\n", false},
	};
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		exchange_begin(&exchange, protocol_type(cases[i].protocol), &goal);
		for (const char *c = cases[i].octets; *c != '\0'; c++)
			exchange_read(&exchange, c, 1);
		exchange_end(&exchange, ENDING_CLOSED);
		if (exchange.as_web_server != cases[i].as_web_server)
			fail_msg("answer %zu", i);
	}
}

static void connect_sends_the_token_when_the_tunnel_is_up(void **state)
{
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	(void)state;
	exchange_begin(&exchange, protocol_type(PROTOCOL_HTTP_CONNECT), &goal);
	exchange.out_length = 0;
	GIVE(&exchange, "HTTP/1.1 200 Connection established\r\nVia: x\r\n");
	assert_int_equal(exchange.out_length, 0);
	GIVE(&exchange, "\r\n");
	SENDS(&exchange, TOKEN "\r\n");
	GIVE(&exchange, "hello\r\n" ANSWER);
	assert_true(exchange.over);
	assert_int_equal(exchange_verdict(&exchange, true), PROBE_OPEN);
	/* Nobody but our listener knows the answer: still, without it the token was not seen. */
	assert_int_equal(exchange_verdict(&exchange, false), PROBE_LIAR);
}

static void a_token_that_arrived_is_open_even_without_an_answer(void **state)
{
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	(void)state;
	exchange_begin(&exchange, protocol_type(PROTOCOL_HTTP_GET), &goal);
	GIVE(&exchange, "HTTP/1.1 403 No\r\n\r\n");
	assert_int_equal(exchange_verdict(&exchange, true), PROBE_OPEN_ONE_WAY);
}

static void socks4_asks_in_one_step(void **state)
{
	struct goal goal = goal_at("192.0.2.25", 443);
	struct exchange exchange;

	(void)state;
	exchange_begin(&exchange, protocol_type(PROTOCOL_SOCKS4), &goal);
	SENDS(&exchange, "\x04\x01\x01\xbb\xc0\x00\x02\x19\x00");
	GIVE(&exchange, "\0\x5a\0\0\0\0\0\0");
	SENDS(&exchange, TOKEN "\r\n");
	exchange_begin(&exchange, protocol_type(PROTOCOL_SOCKS4A), &goal);
	SENDS(&exchange, "\x04\x01\x01\xbb\x00\x00\x00\x01\x00"
			 "192.0.2.25\x00");
}

static void socks4_has_no_room_for_ipv6(void **state)
{
	struct goal ipv6 = goal_at("2001:db8::25", 25);
	struct goal ipv4 = goal_at("192.0.2.25", 25);

	(void)state;
	assert_false(protocol_can_name(PROTOCOL_SOCKS4, &ipv6.target));
	assert_true(protocol_can_name(PROTOCOL_SOCKS4A, &ipv6.target));
	assert_true(protocol_can_name(PROTOCOL_SOCKS4, &ipv4.target));
}

static void socks5_waits_for_each_step(void **state)
{
	static const char ipv6[] =
		"\x05\x01\x00\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x25\x00\x19";
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	(void)state;
	exchange_begin(&exchange, protocol_type(PROTOCOL_SOCKS5), &goal);
	SENDS(&exchange, "\x05\x01\x00");
	GIVE(&exchange, "\x05");
	assert_int_equal(exchange.out_length, 0);
	GIVE(&exchange, "\x00");
	SENDS(&exchange, "\x05\x01\x00\x01\xc0\x00\x02\x19\x00\x19");
	/* The reply has an address, whose type says how long it is. */
	GIVE(&exchange, "\x05\x00\x00\x03\x04name\x00");
	assert_int_equal(exchange.out_length, 0);
	GIVE(&exchange, "\x19");
	SENDS(&exchange, TOKEN "\r\n");
	goal = goal_at("2001:db8::25", 25);
	exchange_begin(&exchange, protocol_type(PROTOCOL_SOCKS5), &goal);
	exchange.out_length = 0;
	GIVE(&exchange, "\x05\x00");
	SENDS(&exchange, ipv6);
	GIVE(&exchange, "\x05\x00\x00\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	SENDS(&exchange, TOKEN "\r\n");
}

static void gateways_are_answered_by_their_prompt(void **state)
{
	static const struct {
		const char *prompt, *command;
	} cases[] = {
		{"\xff\xfb\x01WinGate>", "192.0.2.25:25\r\n"},
		{"Enter host:port: ", "192.0.2.25:25\r\n"},
		{"CCProxy Telnet>", "open 192.0.2.25 25\r\n"},
		{"router>", "telnet 192.0.2.25 25\r\n"},
		{"# ", "telnet 192.0.2.25 25\r\n"},
	};
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		exchange_begin(&exchange, protocol_type(PROTOCOL_GATEWAY), &goal);
		assert_int_equal(exchange.out_length, 0);
		exchange_read(&exchange, cases[i].prompt, strlen(cases[i].prompt));
		assert_sends(&exchange, cases[i].command, strlen(cases[i].command));
	}
}

static void a_gateway_gets_the_token_when_it_is_connected_or_quiet(void **state)
{
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	(void)state;
	exchange_begin(&exchange, protocol_type(PROTOCOL_GATEWAY), &goal);
	exchange_quiet(&exchange);
	assert_int_equal(exchange.out_length, 0); /* there was no prompt */
	GIVE(&exchange, "WinGate>");
	exchange.out_length = 0;
	GIVE(&exchange, "192.0.2.25:25\r\nConnecting to host 192.0.2.25...");
	assert_int_equal(exchange.out_length, 0);
	GIVE(&exchange, "Connected\r\n");
	SENDS(&exchange, TOKEN "\r\n");
	exchange_begin(&exchange, protocol_type(PROTOCOL_GATEWAY), &goal);
	GIVE(&exchange, "WinGate>");
	exchange.out_length = 0;
	exchange_quiet(&exchange);
	SENDS(&exchange, TOKEN "\r\n");
	exchange_begin(&exchange, protocol_type(PROTOCOL_GATEWAY), &goal);
	GIVE(&exchange, "WinGate>");
	exchange.out_length = 0;
	GIVE(&exchange, "Connection refused\r\n");
	assert_int_equal(exchange_verdict(&exchange, false), PROBE_CANNOT_REACH_TARGET);
}

static void no_more_than_four_kilobytes_are_read(void **state)
{
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;
	char flood[EXCHANGE_READ_MAX];

	(void)state;
	memset(flood, 'x', sizeof(flood));
	exchange_begin(&exchange, protocol_type(PROTOCOL_HTTP_GET), &goal);
	GIVE(&exchange, "HTTP/1.1 200 OK\r\nX: ");
	for (int i = 0; i < 4; i++)
		exchange_read(&exchange, flood, sizeof(flood));
	assert_true(exchange.over);
	assert_int_equal(exchange.in_length, EXCHANGE_READ_MAX);
	assert_int_equal(exchange_verdict(&exchange, false), PROBE_LIAR);
}

/* An owner without a proxy is not told of one because a web server refused us. */
static void a_refusal_is_a_proxys_if_it_is_in_its_words(void **state)
{
	static const struct {
		enum protocol protocol;
		const char *said;
		size_t length;
		bool as_proxy;
	} cases[] = {
		{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 407 Who are you\r\n\r\n"), true},
		{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.0 403 No\r\nServer: tinyproxy/1\r\n\r\n"),
			true},
		{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 403 No\r\n\r\n"), false},
		{PROTOCOL_HTTP_GET, SAYS("HTTP/1.1 401 No\r\n\r\n"), false},
		{PROTOCOL_HTTP_CONNECT, SAYS("HTTP/1.1 502 No\r\nVia: squid\r\n\r\n"), false},
		{PROTOCOL_HTTP_CONNECT, SAYS(""), false},
		{PROTOCOL_SOCKS4, SAYS("\0\x5b\0\0\0\0\0\0"), true},
		{PROTOCOL_SOCKS4, SAYS("220 mail"), false},
		{PROTOCOL_SOCKS5, SAYS("\x05\xff"), true},
		{PROTOCOL_SOCKS5, SAYS("\x05\0\x05\x02\0\x01\0\0\0\0\0\0"), true},
		{PROTOCOL_SOCKS5, SAYS("\x05\0"), false},
		{PROTOCOL_GATEWAY, SAYS("router\r\npassword:"), false},
	};
	struct goal goal = goal_at("192.0.2.25", 25);
	struct exchange exchange;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		exchange_begin(&exchange, protocol_type(cases[i].protocol), &goal);
		for (size_t j = 0; j < cases[i].length; j++)
			exchange_read(&exchange, cases[i].said + j, 1);
		exchange_end(&exchange, ENDING_CLOSED);
		if (exchange_refuses_as_proxy(&exchange) != cases[i].as_proxy)
			fail_msg("case %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_a_proxys_if_it_is_in_its_words),
		cmocka_unit_test(http_names_the_target_in_line_and_host),
		cmocka_unit_test(an_answer_says_why_nothing_arrived),
		cmocka_unit_test(an_answer_with_no_word_of_a_proxy_is_a_web_servers),
		cmocka_unit_test(connect_sends_the_token_when_the_tunnel_is_up),
		cmocka_unit_test(a_token_that_arrived_is_open_even_without_an_answer),
		cmocka_unit_test(socks4_asks_in_one_step),
		cmocka_unit_test(socks4_has_no_room_for_ipv6),
		cmocka_unit_test(socks5_waits_for_each_step),
		cmocka_unit_test(gateways_are_answered_by_their_prompt),
		cmocka_unit_test(a_gateway_gets_the_token_when_it_is_connected_or_quiet),
		cmocka_unit_test(no_more_than_four_kilobytes_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
