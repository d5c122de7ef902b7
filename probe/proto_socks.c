/* SPDX-License-Identifier: BSD-2-Clause */
/* SOCKS 4, 4a and 5. */
#include "probe/proto_socks.h"

#include <string.h>

enum { SOCKS_CONNECT = 1, SOCKS4_REPLY_LENGTH = 8, SOCKS4_GRANTED = 0x5a };
enum { SOCKS5_VERSION = 5, SOCKS5_NO_AUTH = 0, SOCKS5_PASSWORD = 2, SOCKS5_NO_METHOD = 0xff };
enum { SOCKS5_IPV4 = 1, SOCKS5_NAME = 3, SOCKS5_IPV6 = 4 };
enum { STAGE_METHOD, STAGE_REPLY };

static void send_port(struct exchange *exchange)
{
	uint16_t port = exchange->goal->target.port;

	exchange_send(exchange, (unsigned char[]){(unsigned char)(port >> 8), port & 0xff}, 2);
}

/* The last four octets of the address; it is IPv4. */
static void send_ipv4(struct exchange *exchange)
{
	exchange_send(exchange, exchange->goal->target.addr.octets + 12, 4);
}

static void begin_socks4(struct exchange *exchange)
{
	exchange_send(exchange, (unsigned char[]){4, SOCKS_CONNECT}, 2);
	send_port(exchange);
	send_ipv4(exchange);
	exchange_send(exchange, "", 1); /* no user */
}

/* The address is sent in place of a name: a proxy that resolves names accepts it, without DNS. */
static void begin_socks4a(struct exchange *exchange)
{
	char name[ADDR_TEXT_SIZE];

	addr_format(&exchange->goal->target.addr, name);
	exchange_send(exchange, (unsigned char[]){4, SOCKS_CONNECT}, 2);
	send_port(exchange);
	exchange_send(exchange, (unsigned char[]){0, 0, 0, 1, 0}, 5);
	exchange_send(exchange, name, strlen(name) + 1);
}

static enum probe_verdict socks4_verdict(unsigned char code)
{
	switch (code) {
	case 0x5b:
		return PROBE_REFUSED;
	case 0x5c: /* wants identd to say who we are */
	case 0x5d:
		return PROBE_AUTH_REQUIRED;
	default:
		return PROBE_NOT_A_PROXY;
	}
}

static void receive_socks4(struct exchange *exchange)
{
	const unsigned char *in = exchange->in;

	if (in[0] != 0)
		exchange_give_verdict(exchange, PROBE_NOT_A_PROXY);
	else if (exchange->in_length < 2)
		return;
	else if (in[1] != SOCKS4_GRANTED)
		exchange_give_verdict(exchange, socks4_verdict(in[1]));
	else if (exchange->in_length < SOCKS4_REPLY_LENGTH)
		exchange_presume(exchange, PROBE_LIAR);
	else
		exchange_enter_tunnel(exchange, SOCKS4_REPLY_LENGTH);
}

/* RFC 1928, 3: one method is offered, none. What it is answered is waited for. */
static void begin_socks5(struct exchange *exchange)
{
	exchange_send(exchange, (unsigned char[]){SOCKS5_VERSION, 1, SOCKS5_NO_AUTH}, 3);
}

/* RFC 1928, 4. */
static void ask_for_connection(struct exchange *exchange)
{
	const struct addr *addr = &exchange->goal->target.addr;
	bool ipv4 = addr_is_ipv4(addr);

	exchange_send(exchange,
		(unsigned char[]){
			SOCKS5_VERSION, SOCKS_CONNECT, 0, ipv4 ? SOCKS5_IPV4 : SOCKS5_IPV6},
		4);
	if (ipv4)
		send_ipv4(exchange);
	else
		exchange_send(exchange, addr->octets, sizeof(addr->octets));
	send_port(exchange);
	exchange->stage = STAGE_REPLY;
}

static void judge_method(struct exchange *exchange)
{
	unsigned char method = exchange->in[1];

	if (method == SOCKS5_NO_AUTH)
		ask_for_connection(exchange);
	else if (method == SOCKS5_NO_METHOD || method == SOCKS5_PASSWORD)
		exchange_give_verdict(exchange, PROBE_AUTH_REQUIRED);
	else
		exchange_give_verdict(exchange, PROBE_NOT_A_PROXY);
}

/* Replies of RFC 1928, 6. */
static const enum probe_verdict socks5_verdicts[] = {
	[1] = PROBE_CANNOT_REACH_TARGET, /* general failure */
	[2] = PROBE_REFUSED,             /* not allowed by ruleset */
	[3] = PROBE_CANNOT_REACH_TARGET, /* network unreachable */
	[4] = PROBE_CANNOT_REACH_TARGET, /* host unreachable */
	[5] = PROBE_CANNOT_REACH_TARGET, /* connection refused */
	[6] = PROBE_CANNOT_REACH_TARGET, /* TTL expired */
	[7] = PROBE_REFUSED,             /* command not supported */
	[8] = PROBE_CANNOT_REACH_TARGET, /* address type not supported: another family may do */
};

/* How long the whole reply is, by its address type; 0 while that is not there, or unknown. */
static size_t reply_length(const unsigned char *reply, size_t length)
{
	if (length < 5)
		return 0;
	switch (reply[3]) {
	case SOCKS5_IPV4:
		return 10;
	case SOCKS5_IPV6:
		return 22;
	case SOCKS5_NAME:
		return 7 + (size_t)reply[4];
	default:
		return 0;
	}
}

/* The reply begins behind the two octets of the method. */
static void judge_reply(struct exchange *exchange)
{
	const unsigned char *reply = exchange->in + 2;
	size_t length = exchange->in_length - 2;
	size_t whole = reply_length(reply, length);

	if (length < 2)
		return;
	if (reply[0] != SOCKS5_VERSION || reply[1] > 8)
		exchange_give_verdict(exchange, PROBE_NOT_A_PROXY);
	else if (reply[1] != 0)
		exchange_give_verdict(exchange, socks5_verdicts[reply[1]]);
	else if (whole == 0 || length < whole)
		exchange_presume(exchange, PROBE_LIAR);
	else
		exchange_enter_tunnel(exchange, 2 + whole);
}

static void receive_socks5(struct exchange *exchange)
{
	if (exchange->in[0] != SOCKS5_VERSION) {
		exchange_give_verdict(exchange, PROBE_NOT_A_PROXY);
		return;
	}
	if (exchange->in_length < 2)
		return;
	if (exchange->stage == STAGE_METHOD)
		judge_method(exchange);
	if (exchange->stage == STAGE_REPLY && !exchange->over)
		judge_reply(exchange);
}

const struct protocol_type socks4 = {
	.begin = begin_socks4, .receive = receive_socks4, .ipv4_only = true};
const struct protocol_type socks4a = {.begin = begin_socks4a, .receive = receive_socks4};
const struct protocol_type socks5 = {.begin = begin_socks5, .receive = receive_socks5};
