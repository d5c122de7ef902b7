/* SPDX-License-Identifier: BSD-2-Clause */
/* From an answer to a response of libmicrohttpd, with the headers of every page. */
#include "web/http_response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "web/page.h"

static void add_security_headers(struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{"Content-Security-Policy",
			"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
			"base-uri 'none'; frame-ancestors 'none'"},
		{"X-Content-Type-Options", "nosniff"},
		{"X-Frame-Options", "DENY"},
		{"Referrer-Policy", "same-origin"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Cross-Origin-Resource-Policy", "same-origin"},
		{"Permissions-Policy", "interest-cohort=()"},
		{"X-Robots-Tag", "noarchive"},
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

static void add_headers(struct MHD_Response *response, const struct answer *answer)
{
	char number[32];

	add_security_headers(response);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
		answer->type != NULL ? answer->type : "text/html; charset=utf-8");
	if (answer->max_age_secs > 0)
		snprintf(number, sizeof(number), "max-age=%d", answer->max_age_secs);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
		answer->max_age_secs > 0 ? number : "no-store");
	if (answer->location[0])
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, answer->location);
	if (answer->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
	if (answer->retry_secs > 0) {
		snprintf(number, sizeof(number), "%lld", (long long)answer->retry_secs);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, number);
	}
	if (answer->refresh_secs > 0) {
		snprintf(number, sizeof(number), "%d", answer->refresh_secs);
		MHD_add_response_header(response, "Refresh", number);
	}
}

enum MHD_Result http_response_send(
	struct MHD_Connection *connection, const struct answer *answer, char *page, size_t length)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(length, page, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (response == NULL) {
		free(page);
		return MHD_NO;
	}
	add_headers(response, answer);
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result http_response_refuse(
	struct MHD_Connection *connection, unsigned status, const char *text)
{
	struct answer answer = {
		.status = status,
		.type = "text/plain; charset=utf-8",
		.allow = status == 405 ? "GET, HEAD, POST" : NULL,
	};
	char *copy = strdup(text);

	return copy != NULL ? http_response_send(connection, &answer, copy, strlen(copy)) : MHD_NO;
}
