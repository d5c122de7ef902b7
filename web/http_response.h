/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_HTTP_RESPONSE_H
#define WEB_HTTP_RESPONSE_H

#include <microhttpd.h>
#include <stddef.h>

struct answer;

/* Queues an answer with its page, of which it takes ownership, also on failure. MHD_NO: memory ran
 * out, and the connection is closed. */
enum MHD_Result http_response_send(
	struct MHD_Connection *connection, const struct answer *answer, char *page, size_t length);

/* Refuses a request that no page sees, with a line of text. */
enum MHD_Result http_response_refuse(
	struct MHD_Connection *connection, unsigned status, const char *text);

#endif
