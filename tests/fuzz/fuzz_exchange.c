/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: what a suspect answers to the prober. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/exchange.h"
#include "probe/protocols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first octet says the protocol and how the answer is cut into pieces, the rest is what a
 * suspect says: an HTTP answer, a SOCKS reply, a prompt. Whatever it is, without our listener's
 * word nothing is open. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct goal goal = {.target.port = 25, .site_url = "https://ops.example.org"};
	struct exchange exchange;

	if (size == 0 || addr_parse("192.0.2.25", &goal.target.addr) != 0)
		return 0;
	memset(goal.token, 'a', TOKEN_LENGTH);
	memset(goal.answer, 'b', TOKEN_LENGTH);
	exchange_begin(&exchange, protocol_type(data[0] % PROTOCOL_COUNT), &goal);
	size_t piece = (size_t)data[0] / PROTOCOL_COUNT + 1;
	for (size_t at = 1; at < size; at += piece) {
		exchange.out_length = 0;
		exchange_read(&exchange, data + at, size - at < piece ? size - at : piece);
		if (exchange.out_length > sizeof(exchange.out) ||
			exchange.in_length > sizeof(exchange.in) ||
			exchange.tunnel_begin > exchange.in_length)
			abort();
		if (piece % 7 == 0)
			exchange_quiet(&exchange);
	}
	exchange_end(&exchange, size % 2 ? ENDING_CLOSED : ENDING_TIMEOUT);
	enum probe_verdict verdict = exchange_verdict(&exchange, false);
	if (verdict == PROBE_OPEN || verdict == PROBE_OPEN_ONE_WAY ||
		verdict >= PROBE_VERDICT_COUNT)
		abort();
	return 0;
}
