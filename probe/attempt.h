/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_ATTEMPT_H
#define PROBE_ATTEMPT_H

#include <event2/event.h>
#include <openssl/ssl.h>

#include "probe/result.h"

/* One attempt: a connection to a suspect, and the exchange over it. All on the loop's thread. */
struct attempt;
struct evbuffer;
struct listener;

/* What all attempts share. It must outlive them. */
struct attempt_settings {
	struct event_base *loop;
	struct listener *listener;
	SSL_CTX *tls;
	const char *site_url; /* named in what is sent */
	struct timeval connect_timeout;
	struct timeval probe_timeout; /* absolute, from the connection on */
};

/* What to try. */
struct attempt_goal {
	struct addr host;
	struct probe_port port;
	struct target target;
	int64_t test_began_msecs; /* monotonic; times in the log and the result count from it */
	unsigned number;          /* of the connection, in the log */
};

/* How an attempt is followed. */
struct attempt_events {
	void (*port_open)(void *context); /* the port takes connections */

	/* The attempt is over, and gone already. The log (NULL if there was no memory) is the
	 * callee's. */
	void (*finished)(void *context, const struct probe_result *result, struct evbuffer *log);
	void *context;
};

/*
 * Begins an attempt. finished is called once, perhaps before this returns;
 * until then *attempt_r is the attempt.
 */
void attempt_begin(const struct attempt_settings *settings, const struct attempt_goal *goal,
	const struct attempt_events *events, struct attempt **attempt_r);

/* The time of the whole test is over: finished is called now. What was seen counts, such as a token
 * that has come; what was not answered is cut off. */
void attempt_expire(struct attempt *attempt);

/* Ends one without a call. Takes NULL. */
void attempt_free(struct attempt **attempt);

#endif
