/* SPDX-License-Identifier: BSD-2-Clause */
/* From a request of libmicrohttpd to a visit, and from an answer to its response. */
#include "web/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "web/form.h"
#include "web/forwarded.h"
#include "web/router.h"
#include "web/site.h"

struct http_request {
	struct site *site;
	struct visit visit;
	struct form *form; /* NULL: no body is read */
	char path[256];
};

struct addr http_peer(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct addr addr;

	if (info == NULL || addr_from_sockaddr(info->client_addr, &addr))
		memset(&addr, 0, sizeof(addr));
	return addr;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result count_framing(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	unsigned *count = context;

	(void)kind;
	(void)value;
	*count += strcasecmp(name, "Content-Length") == 0 ||
		  strcasecmp(name, "Transfer-Encoding") == 0;
	return MHD_YES;
}

/* A second request can be smuggled past a proxy in one whose length can be read in two ways (RFC
 * 9112, 11.2). */
static bool has_two_lengths(struct MHD_Connection *connection)
{
	unsigned count = 0;

	MHD_get_connection_values(connection, MHD_HEADER_KIND, count_framing, &count);
	return count > 1;
}

/* Whether an Origin (RFC 6454, 7) is the site itself. A name in the request proves nothing: another
 * site's name may lead here. */
static bool is_own_origin(const char *origin, const char *site_url)
{
	size_t length = strlen(origin);

	return strncmp(site_url, origin, length) == 0 &&
	       (site_url[length] == '\0' || site_url[length] == '/');
}

/* Whether another site's page sent the form. Browsers say which one did; if the request says
 * nothing about it, only the form's token decides. */
static bool is_foreign(struct MHD_Connection *connection, const struct conf *conf)
{
	const char *site = header(connection, "Sec-Fetch-Site");
	const char *origin = header(connection, "Origin");

	if (origin != NULL && !is_own_origin(origin, conf->site_url))
		return true;
	return site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
}

static enum MHD_Result take_query(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct visit *visit = context;

	(void)kind;
	if (visit->field_count < FIELDS_MAX)
		visit->fields[visit->field_count++] = (struct field){
			.name = (char *)name,
			.value = (char *)(value != NULL ? value : ""),
			.length = value != NULL ? strlen(value) : 0,
		};
	return MHD_YES;
}

static enum MHD_Result take_forwarded(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	if (strcasecmp(name, "X-Forwarded-For") == 0)
		forwarded_add(context, value != NULL ? value : "");
	return MHD_YES;
}

static struct addr visitor_of(struct MHD_Connection *connection, const struct conf *conf)
{
	struct forwarded forwarded = {.conf = conf};
	struct addr from = http_peer(connection);

	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_forwarded, &forwarded);
	return forwarded_client(&forwarded, &from);
}

/* The most that the page of this path accepts as a body; 0: none. */
static size_t body_limit(const char *path)
{
	const char *rest;
	const struct route *route = router_find(path, &rest);

	if (route == NULL || !(route->methods & METHOD_POST))
		return 0;
	return route->needs & NEED_UPLOAD ? HTTP_UPLOAD_MAX : HTTP_FORM_MAX;
}

/* The length that a body is announced with; 0 if it is not. */
static unsigned long long announced_length(struct MHD_Connection *connection)
{
	const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return length != NULL ? strtoull(length, NULL, 10) : 0;
}

const struct http_refusal *http_check(struct MHD_Connection *connection, const char *method)
{
	static const struct http_refusal two_lengths = {400, "The request has two lengths.\n"};
	static const struct http_refusal method_unknown = {
		405, "This site supports GET, HEAD and POST only.\n"};
	static const struct http_refusal too_large = {
		413, "Too large: a form may have 16 kB, a form with a spam copy 1 MB.\n"};
	bool post = strcmp(method, "POST") == 0;

	if (has_two_lengths(connection))
		return &two_lengths;
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && !post)
		return &method_unknown;
	return post && announced_length(connection) > HTTP_READ_MAX ? &too_large : NULL;
}

/* Prepares for the body, if the page accepts one of this size. */
static void expect_form(struct http_request *request, struct MHD_Connection *connection)
{
	size_t limit = body_limit(request->path);

	request->visit.too_large = limit > 0 && announced_length(connection) > limit;
	if (limit > 0 && !request->visit.too_large)
		request->form = form_new(connection, &request->visit, limit);
}

struct http_request *http_request_new(
	struct MHD_Connection *connection, const char *path, const char *method)
{
	struct http_request *request = calloc(1, sizeof(*request));

	if (request != NULL)
		request->site = site_hold();
	if (request == NULL || request->site == NULL) {
		free(request);
		return NULL;
	}
	if (!text_copy(request->path, sizeof(request->path), path))
		text_copy(request->path, sizeof(request->path), "/too-long");
	request->visit.path = request->path;
	request->visit.method = strcmp(method, "POST") == 0 ? METHOD_POST : METHOD_GET;
	request->visit.now = clock_now();
	request->visit.foreign = is_foreign(connection, request->site->conf);
	request->visit.client = visitor_of(connection, request->site->conf);
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_query, &request->visit);
	if (request->visit.method == METHOD_POST)
		expect_form(request, connection);
	return request;
}

void http_request_free(struct http_request **request)
{
	if (*request == NULL)
		return;
	form_free(&(*request)->form);
	site_release(&(*request)->site);
	free(*request);
	*request = NULL;
}

void http_request_read(struct http_request *request, const char *octets, size_t length)
{
	if (request->form != NULL)
		form_read(request->form, octets, length);
}

static void add_headers(struct MHD_Response *response, const struct answer *answer)
{
	static const char *const fixed[][2] = {
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
	char number[32];

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		MHD_add_response_header(response, fixed[i][0], fixed[i][1]);
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

static enum MHD_Result send_answer(struct MHD_Connection *connection, const struct answer *answer,
	struct MHD_Response *response)
{
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	add_headers(response, answer);
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

enum MHD_Result http_refuse(struct MHD_Connection *connection, const struct http_refusal *refusal)
{
	struct answer answer = {
		.status = refusal->status,
		.type = "text/plain; charset=utf-8",
		.allow = refusal->status == 405 ? "GET, HEAD, POST" : NULL,
	};

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): libmicrohttpd does not write to it */
	void *text = (void *)(uintptr_t)refusal->text;

	return send_answer(connection, &answer,
		MHD_create_response_from_buffer(
			strlen(refusal->text), text, MHD_RESPMEM_PERSISTENT));
}

enum MHD_Result http_request_answer(struct http_request *request, struct MHD_Connection *connection)
{
	struct MHD_Response *response = NULL;
	struct answer answer;
	struct rows body;

	if (request->form != NULL)
		form_end(request->form);
	if (router_answer(request->site, &request->visit, &answer, &body) == ERR_NONE)
		response = MHD_create_response_from_buffer(
			body.length, body.html, MHD_RESPMEM_MUST_FREE);
	if (response == NULL)
		free(body.html);
	return send_answer(connection, &answer, response);
}
