/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_HTTP_REQUEST_H
#define WEB_HTTP_REQUEST_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* Maximum size of a form with a spam copy, in octets. */
#define HTTP_UPLOAD_MAX ((size_t)1024 * 1024 + 64 * 1024)
/* Maximum size of any other form. */
#define HTTP_FORM_MAX ((size_t)16 * 1024)
/* A body that is announced as larger than this is refused at once. Between the limits it is read to
 * its end, so that the visitor sees the page that says so. */
#define HTTP_READ_MAX ((size_t)8 * 1024 * 1024)

/* A request while it is being read: its visit, the site it is for, its form. */
struct http_request;

/* Why a request is refused before any page sees it. */
struct http_refusal {
	unsigned status;
	const char *text;
};

/* Checks method, framing and announced length; false with the reason. */
bool http_request_check(
	struct MHD_Connection *connection, const char *method, struct http_refusal *refusal_r);

/* Reads the head of a request that passed the check. NULL: the site ends, or memory ran out. */
struct http_request *http_request_new(
	struct MHD_Connection *connection, const char *path, const char *method);
void http_request_free(struct http_request **request);

/* Adds a piece of the body. */
void http_request_read(struct http_request *request, const char *octets, size_t length);

/* Answers a request that was read to its end. */
enum MHD_Result http_request_answer(
	struct http_request *request, struct MHD_Connection *connection);

/* The address at the other end of the connection; all zero if unknown. */
struct addr http_peer(struct MHD_Connection *connection);

#endif
