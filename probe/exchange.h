/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_EXCHANGE_H
#define PROBE_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "probe/result.h"
#include "probe/token.h"

/* At most so many octets of what a suspect sends are looked at. */
#define EXCHANGE_READ_MAX 4096
#define EXCHANGE_WRITE_MAX 1024

/* What a suspect is asked to connect to, and what proves that it did. */
struct goal {
	struct target target;
	const char *site_url; /* named in what is sent */
	char token[TOKEN_TEXT_SIZE];
	char answer[TOKEN_TEXT_SIZE];
};

/* How a connection ended that the exchange itself did not end. */
enum ending {
	ENDING_CLOSED, /* by the suspect, with FIN or RST */
	ENDING_TIMEOUT,
};

struct exchange;

/* How a protocol is spoken. There is one for each, in the file of its kind (proto_http.c …). */
struct protocol_type {
	/* Puts the first octets into out. NULL: the suspect speaks first. */
	void (*begin)(struct exchange *exchange);
	/* Looks at all that came so far: waits for more, puts octets into out, or ends. */
	void (*receive)(struct exchange *exchange);
	/* Nothing was heard for a while. NULL: silence means nothing. */
	void (*quiet)(struct exchange *exchange);
	bool in_tls;    /* it is spoken inside TLS */
	bool ipv4_only; /* it has no room for an IPv6 target */
	bool of_shells; /* others than proxies speak so, too */
};

/*
 * One exchange with a suspect, on buffers alone: the caller moves the octets. Begin it, send what
 * `out` holds, give it what comes, send again, until it is over.
 */
struct exchange {
	const struct protocol_type *type;
	const struct goal *goal;
	int stage;                  /* the protocol's own */
	bool in_tunnel;             /* the suspect says it is connected; the token was sent */
	bool answered;              /* our answer came back */
	bool over;                  /* nothing more is to be read or sent */
	bool presumed;              /* the verdict counts if the connection ends now */
	bool as_web_server;         /* HTTP answered, without a word that only a proxy uses */
	enum probe_verdict verdict; /* once it is over, for the case that no token arrived */
	size_t in_length;
	size_t asked_at;     /* in_length when something was sent last */
	size_t tunnel_begin; /* where in `in` what came through the tunnel begins */
	unsigned char in[EXCHANGE_READ_MAX];
	size_t out_length; /* to be sent now; the caller sets it back to 0 */
	unsigned char out[EXCHANGE_WRITE_MAX];
};

/* goal must outlive it, and be one that protocol_can_name(). */
void exchange_begin(
	struct exchange *exchange, const struct protocol_type *type, const struct goal *goal);

/* Takes what the suspect sent. Octets beyond EXCHANGE_READ_MAX are ignored. */
void exchange_read(struct exchange *exchange, const void *octets, size_t length);

/* Nothing was heard for a while. */
void exchange_quiet(struct exchange *exchange);

/* The connection is gone; the exchange is over. */
void exchange_end(struct exchange *exchange, enum ending ending);

/* The verdict of one that is over; token_seen is what our listener says. */
enum probe_verdict exchange_verdict(const struct exchange *exchange, bool token_seen);

/* Whether one that is over was refused in the words of a proxy's protocol. A web server's 403, a
 * login prompt or an end without a word is no sign of a proxy. */
bool exchange_refuses_as_proxy(const struct exchange *exchange);

/* What the protocols do with an exchange. */
void exchange_send(struct exchange *exchange, const void *octets, size_t length);
void exchange_send_format(struct exchange *exchange, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void exchange_give_verdict(struct exchange *exchange, enum probe_verdict verdict);

/* The verdict if nothing more comes. */
void exchange_presume(struct exchange *exchange, enum probe_verdict verdict);

/* The suspect says that it is connected; its own words are the first `length` octets. A lie, if the
 * token does not arrive. */
void exchange_enter_tunnel(struct exchange *exchange, size_t length);

#endif
