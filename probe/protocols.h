/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_PROTOCOLS_H
#define PROBE_PROTOCOLS_H

#include "probe/exchange.h"

/* How a protocol is spoken; for exchange.c and the protocols themselves. */
struct protocol_type {
	/* Puts the first octets into out. NULL: the suspect speaks first. */
	void (*begin)(struct exchange *exchange);
	/* Looks at all that came so far: waits for more, puts octets into out, or ends. */
	void (*judge)(struct exchange *exchange);
};

void http_connect_begin(struct exchange *exchange);    /* RFC 9110, 9.3.6 */
void http_connect_10_begin(struct exchange *exchange); /* RFC 1945's version number */
void http_get_begin(struct exchange *exchange);        /* RFC 9112, 3.2.2: absolute form */
void http_post_begin(struct exchange *exchange);
void http_connect_judge(struct exchange *exchange);
void http_forward_judge(struct exchange *exchange);
void socks4_begin(struct exchange *exchange);
void socks4a_begin(struct exchange *exchange);
void socks4_judge(struct exchange *exchange);
void socks5_begin(struct exchange *exchange); /* RFC 1928 */
void socks5_judge(struct exchange *exchange);
void gateway_judge(struct exchange *exchange);

/* What the protocols say of an exchange. */
void exchange_send(struct exchange *exchange, const void *octets, size_t length);
void exchange_send_format(struct exchange *exchange, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void exchange_give_verdict(struct exchange *exchange, enum probe_verdict verdict);

/* The suspect says that it is connected; its own words are the first `length` octets. */
void exchange_enter_tunnel(struct exchange *exchange, size_t length);

#endif
