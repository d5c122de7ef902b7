/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP proxies: CONNECT, and GET and POST of an absolute address. */
#include "probe/proto_http.h"

#include <string.h>
#include <strings.h>

/* The longest status line's part that matters, "HTTP/1.1 200". */
#define STATUS_LENGTH 12

/* Of the link, as much as has room in one header line. */
#define USER_AGENT "User-Agent: opsmilter prober (%.400s)\r\n"

static void ask_for_connection(struct exchange *exchange, const char *version)
{
	char authority[TARGET_TEXT_SIZE];

	target_format(&exchange->goal->target, authority);
	exchange_send_format(exchange, "CONNECT %s HTTP/%s\r\nHost: %s\r\n" USER_AGENT "\r\n",
		authority, version, authority, exchange->goal->site_url);
}

static void begin_connect(struct exchange *exchange)
{
	ask_for_connection(exchange, "1.1");
}

static void begin_connect_10(struct exchange *exchange)
{
	ask_for_connection(exchange, "1.0");
}

static void ask_for_page(struct exchange *exchange, const char *method)
{
	char authority[TARGET_TEXT_SIZE];

	target_format(&exchange->goal->target, authority);
	exchange_send_format(exchange,
		"%s http://%s/%s HTTP/1.1\r\nHost: %s\r\n" USER_AGENT
		"Accept: */*\r\nCache-Control: no-store\r\nConnection: close\r\n",
		method, authority, exchange->goal->token, authority, exchange->goal->site_url);
}

static void begin_get(struct exchange *exchange)
{
	ask_for_page(exchange, "GET");
	exchange_send_format(exchange, "\r\n");
}

static void begin_post(struct exchange *exchange)
{
	ask_for_page(exchange, "POST");
	exchange_send_format(exchange,
		"Content-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s\r\n", TOKEN_LENGTH + 2,
		exchange->goal->token);
}

/* Where the header after `begin` ends, or 0. Some proxies end their lines with LF alone. */
static size_t find_end_of_header(const struct exchange *exchange, size_t begin)
{
	for (size_t i = begin; i < exchange->in_length; i++) {
		const unsigned char *at = exchange->in + i;
		size_t left = exchange->in_length - i;
		if (left >= 4 && memcmp(at, "\r\n\r\n", 4) == 0)
			return i + 4;
		if (left >= 2 && memcmp(at, "\n\n", 2) == 0)
			return i + 2;
	}
	return 0;
}

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* The status code of the answer at `begin`: 0 more is needed, -1 that is not HTTP. RFC 9112, 4. */
static int read_status(const struct exchange *exchange, size_t begin)
{
	static const char form[] = "HTTP/d.d ddd";
	const unsigned char *at = exchange->in + begin;
	size_t length = exchange->in_length - begin;

	for (size_t i = 0; i < length && i < STATUS_LENGTH; i++)
		if (form[i] == 'd' ? !is_digit(at[i]) : at[i] != (unsigned char)form[i])
			return -1;
	if (length < STATUS_LENGTH)
		return 0;
	return (at[9] - '0') * 100 + (at[10] - '0') * 10 + (at[11] - '0');
}

/* Whether the header of an answer, as far as it is there, has a word, which is in small letters. */
static bool header_has(const struct exchange *exchange, size_t end, const char *word)
{
	const char *in = (const char *)exchange->in;
	size_t length = strlen(word), last = end > 0 ? end : exchange->in_length;

	for (size_t i = 0; i + length <= last; i++)
		if (strncasecmp(in + i, word, length) == 0)
			return true;
	return false;
}

/* Only a proxy speaks so: in Proxy-Agent, X-Squid-Error, "Server: tinyproxy", "502 Proxy Error". */
static bool speaks_as_proxy(const struct exchange *exchange, size_t end)
{
	return header_has(exchange, end, "proxy") || header_has(exchange, end, "squid") ||
	       header_has(exchange, end, "privoxy") || header_has(exchange, end, "polipo");
}

/* What status codes say that are neither success nor provisional; others: not a proxy. */
static const struct {
	int status;
	enum probe_verdict verdict;
} verdicts[] = {
	{401, PROBE_AUTH_REQUIRED},
	{403, PROBE_REFUSED},
	{407, PROBE_AUTH_REQUIRED},
	{408, PROBE_NO_ANSWER},
	{429, PROBE_NO_ANSWER},
	{500, PROBE_CANNOT_REACH_TARGET}, /* tinyproxy's word for it */
	{502, PROBE_CANNOT_REACH_TARGET},
	{503, PROBE_CANNOT_REACH_TARGET},
	{504, PROBE_CANNOT_REACH_TARGET},
};

/* Web servers do not know CONNECT, or take no POST, and say 405; a proxy may mean that target. */
static enum probe_verdict verdict_of(int status, bool as_web_server)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (verdicts[i].status == status)
			return verdicts[i].verdict;
	return status == 405 && !as_web_server ? PROBE_REFUSED : PROBE_NOT_A_PROXY;
}

/*
 * The status of the final answer, with where its header ends; 0 while more is needed, or when the
 * exchange was ended. Provisional answers (RFC 9110, 15.2) are passed over.
 */
static int read_answer(struct exchange *exchange, size_t *end_r)
{
	int status;

	*end_r = 0;
	do {
		status = read_status(exchange, *end_r);
		if (status < 0)
			exchange_give_verdict(exchange, PROBE_NOT_A_PROXY);
		if (status <= 0)
			return 0;
		*end_r = find_end_of_header(exchange, *end_r);
	} while (status < 200 && status >= 100 && *end_r > 0);
	return status < 200 && status >= 100 ? 0 : status;
}

/* True when the answer is a success. Of any other one, the whole header is waited for: it shows
 * whether a proxy speaks. */
static bool receive_success(struct exchange *exchange, size_t *end_r)
{
	int status = read_answer(exchange, end_r);

	if (status == 0)
		return false;
	/* 407 is a proxy's alone (RFC 9110, 15.5.8). */
	exchange->as_web_server = status != 407 && !speaks_as_proxy(exchange, *end_r);
	if (status >= 200 && status <= 299)
		return true;
	exchange_presume(exchange, verdict_of(status, exchange->as_web_server));
	exchange->over = *end_r > 0;
	return false;
}

static void receive_connected(struct exchange *exchange)
{
	size_t end;

	if (!receive_success(exchange, &end))
		return;
	exchange_presume(exchange, PROBE_LIAR);
	if (end > 0)
		exchange_enter_tunnel(exchange, end);
	/* A tunnel has no type of content (RFC 9110, 9.3.6): that is a web server's page. */
	if (exchange->as_web_server && header_has(exchange, end, "\ncontent-type: text/html"))
		exchange_presume(exchange, PROBE_NOT_A_PROXY);
}

/* A success is the page that has our answer, or another one. */
static void receive_page(struct exchange *exchange)
{
	size_t end;

	if (receive_success(exchange, &end))
		exchange_presume(exchange, PROBE_LIAR);
}

const struct protocol_type http_connect = {.begin = begin_connect, .receive = receive_connected};
const struct protocol_type http_connect_10 = {
	.begin = begin_connect_10, .receive = receive_connected};
const struct protocol_type https_connect = {
	.begin = begin_connect, .receive = receive_connected, .in_tls = true};
const struct protocol_type http_get = {.begin = begin_get, .receive = receive_page};
const struct protocol_type http_post = {.begin = begin_post, .receive = receive_page};
