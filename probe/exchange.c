/* SPDX-License-Identifier: BSD-2-Clause */
/* One exchange with a suspect on buffers: what all protocols share. */
#include "probe/exchange.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void exchange_begin(
	struct exchange *exchange, const struct protocol_type *type, const struct goal *goal)
{
	assert(!type->ipv4_only || addr_is_ipv4(&goal->target.addr));
	/* The buffers are not cleared: only what was read counts. */
	memset(exchange, 0, offsetof(struct exchange, in));
	exchange->out_length = 0;
	exchange->type = type;
	exchange->goal = goal;
	exchange->verdict = PROBE_NO_ANSWER;
	if (type->begin != NULL)
		type->begin(exchange);
}

void exchange_send(struct exchange *exchange, const void *octets, size_t length)
{
	assert(length <= sizeof(exchange->out) - exchange->out_length);
	memcpy(exchange->out + exchange->out_length, octets, length);
	exchange->out_length += length;
	exchange->asked_at = exchange->in_length;
}

void exchange_send_format(struct exchange *exchange, const char *format, ...)
{
	char octets[EXCHANGE_WRITE_MAX];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(octets, sizeof(octets), format, arguments);
	va_end(arguments);
	assert(length >= 0 && (size_t)length < sizeof(octets));
	exchange_send(exchange, octets, (size_t)length);
}

void exchange_give_verdict(struct exchange *exchange, enum probe_verdict verdict)
{
	exchange->over = true;
	exchange->verdict = verdict;
}

void exchange_presume(struct exchange *exchange, enum probe_verdict verdict)
{
	exchange->presumed = true;
	exchange->verdict = verdict;
}

void exchange_enter_tunnel(struct exchange *exchange, size_t length)
{
	exchange_presume(exchange, PROBE_LIAR);
	exchange->in_tunnel = true;
	exchange->tunnel_begin = length;
	exchange_send_format(exchange, "%s\r\n", exchange->goal->token);
}

static bool holds_answer(const struct exchange *exchange)
{
	const unsigned char *at = exchange->in + exchange->tunnel_begin;
	size_t length = exchange->in_length - exchange->tunnel_begin;

	for (; length >= TOKEN_LENGTH; at++, length--)
		if (memcmp(at, exchange->goal->answer, TOKEN_LENGTH) == 0)
			return true;
	return false;
}

void exchange_read(struct exchange *exchange, const void *octets, size_t length)
{
	size_t room = sizeof(exchange->in) - exchange->in_length;

	if (exchange->over)
		return;
	if (length > room)
		length = room;
	memcpy(exchange->in + exchange->in_length, octets, length);
	exchange->in_length += length;
	if (!exchange->in_tunnel)
		exchange->type->receive(exchange);
	if (!exchange->over && holds_answer(exchange)) {
		exchange->answered = true;
		exchange_give_verdict(exchange, PROBE_LIAR); /* unless our listener has the token */
	}
	if (!exchange->over && exchange->in_length == sizeof(exchange->in))
		exchange_end(exchange, ENDING_TIMEOUT);
}

void exchange_quiet(struct exchange *exchange)
{
	if (exchange->type->quiet != NULL && !exchange->in_tunnel && !exchange->over)
		exchange->type->quiet(exchange);
}

void exchange_end(struct exchange *exchange, enum ending ending)
{
	if (exchange->over)
		return;
	if (exchange->presumed)
		exchange->over = true;
	else if (ending == ENDING_TIMEOUT)
		exchange_give_verdict(exchange, PROBE_NO_ANSWER);
	else
		exchange_give_verdict(exchange, exchange->in_length == exchange->asked_at
							? PROBE_REFUSED
							: PROBE_NOT_A_PROXY);
}

enum probe_verdict exchange_verdict(const struct exchange *exchange, bool token_seen)
{
	assert(exchange->over);
	if (!token_seen)
		return exchange->verdict;
	return exchange->answered ? PROBE_OPEN : PROBE_OPEN_ONE_WAY;
}

bool exchange_refuses_as_proxy(const struct exchange *exchange)
{
	bool refused =
		exchange->verdict == PROBE_REFUSED || exchange->verdict == PROBE_AUTH_REQUIRED;

	return refused && exchange->in_length > exchange->asked_at && !exchange->as_web_server &&
	       !exchange->type->of_shells;
}
