/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_TRANSCRIPT_H
#define PROBE_TRANSCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "probe/result.h"

struct evbuffer;

/*
 * The record of a test, as people read it: connections one after the other, each a headline and
 * then lines of a time in seconds since the test began, a sign and a text.
 *
 *     connection 3 to 198.18.7.9 port 3128: HTTP CONNECT to 192.0.2.25:25
 *       0.012 . connected from 192.0.2.25
 *       0.012 > CONNECT 192.0.2.25:25 HTTP/1.1\r\n
 *       0.051 < HTTP/1.1 403 Forbidden\r\n
 *       0.051 = refused
 *
 * '>' is what we sent, '<' what the suspect sent, '.' what happened, '=' the verdict. Octets that
 * are not printable ASCII, and backslashes, are escaped as in C: \r \n \t \\ \x1b. A line ends
 * after an escaped \n or TRANSCRIPT_LINE_MAX octets. All lines of it are printable ASCII.
 */
#define TRANSCRIPT_LINE_MAX 200

/* A whole transcript stays below this, so that it is evidence; of later connections only headline
 * and verdict are kept. */
#define TRANSCRIPT_MAX ((size_t)900 * 1024)

void transcript_headline(struct evbuffer *transcript, unsigned connection, const struct addr *host,
	const struct probe_port *port, const struct target *target);

void transcript_note(struct evbuffer *transcript, int64_t msecs, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* sign is '>' or '<'. */
void transcript_octets(
	struct evbuffer *transcript, int64_t msecs, char sign, const void *octets, size_t length);

/* After all connections: the verdict that a probe has in the end, and why. */
void transcript_conclusion(
	struct evbuffer *transcript, const struct probe_result *result, const char *why);

void transcript_verdict(struct evbuffer *transcript, int64_t msecs, enum probe_verdict verdict);

#endif
