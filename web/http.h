/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_HTTP_H
#define WEB_HTTP_H

#include <microhttpd.h>
#include <stddef.h>

#include "base/addr.h"

/* Maximum size of a form with a spam copy, in octets. */
#define HTTP_UPLOAD_MAX ((size_t)1024 * 1024 + 64 * 1024)
/* Maximum size of any other form. */
#define HTTP_FORM_MAX ((size_t)16 * 1024)
/* A body that is announced as larger than this is refused at once. Up to this size it is read to
 * its end, so that the visitor sees the page that says what is accepted. */
#define HTTP_READ_MAX ((size_t)8 * 1024 * 1024)

/* A request while it is being read: its visit, the site it is for, its form. */
struct http_request;

/* An answer to a request that no page sees. */
struct http_refusal {
	unsigned status;
	const char *text;
};

/* What is wrong with method, framing or announced length; NULL: nothing. */
const struct http_refusal *http_check(struct MHD_Connection *connection, const char *method);
enum MHD_Result http_refuse(struct MHD_Connection *connection, const struct http_refusal *refusal);

/* Reads the head of a request that passed the check. NULL: the site ends, or memory ran out. */
struct http_request *http_request_new(
	struct MHD_Connection *connection, const char *path, const char *method);
void http_request_free(struct http_request **request);

/* Adds a piece of the body. */
void http_request_read(struct http_request *request, const char *octets, size_t length);

/* Answers a request that was read to its end. MHD_NO: memory ran out. */
enum MHD_Result http_request_answer(
	struct http_request *request, struct MHD_Connection *connection);

/* The address at the other end of the connection; all zero if unknown. */
struct addr http_peer(struct MHD_Connection *connection);

#endif
