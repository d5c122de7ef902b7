/* SPDX-License-Identifier: BSD-2-Clause */
/* From a request of libmicrohttpd to a visit: framing, origin, query, form, client address. */
#include "web/http_request.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/text.h"
#include "conf/conf.h"
#include "web/form.h"
#include "web/forwarded.h"
#include "web/http_response.h"
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

/* A request whose length can be read in two ways is how one is smuggled past a proxy (RFC 9112,
 * 11.2). */
static bool has_two_lengths(struct MHD_Connection *connection)
{
	unsigned count = 0;

	MHD_get_connection_values(connection, MHD_HEADER_KIND, count_framing, &count);
	return count > 1;
}

/* Whether an Origin (RFC 6454, 7) is the site's own, by its link or by the name it was asked by. */
static bool is_own_origin(const char *origin, const char *site_url, const char *host)
{
	size_t length = strlen(origin);
	const char *name = strstr(origin, "://");

	if (strncmp(site_url, origin, length) == 0 &&
		(site_url[length] == '\0' || site_url[length] == '/'))
		return true;
	return name != NULL && host != NULL && strcmp(name + 3, host) == 0;
}

/* Browsers say whence a form comes. Who says nothing is no browser: then the form's token decides
 * alone. */
static bool is_foreign(struct MHD_Connection *connection, const struct conf *conf)
{
	const char *site = header(connection, "Sec-Fetch-Site");
	const char *origin = header(connection, "Origin");

	if (site != NULL)
		return strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
	return origin != NULL && !is_own_origin(origin, conf->site_url, header(connection, "Host"));
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

bool http_request_check(
	struct MHD_Connection *connection, const char *method, struct http_refusal *refusal_r)
{
	bool post = strcmp(method, "POST") == 0;

	*refusal_r = (struct http_refusal){.status = 0};
	if (has_two_lengths(connection))
		*refusal_r = (struct http_refusal){400, "The request has two lengths.\n"};
	else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 && !post)
		*refusal_r =
			(struct http_refusal){405, "This site supports GET, HEAD and POST only.\n"};
	else if (post && announced_length(connection) > HTTP_READ_MAX)
		*refusal_r = (struct http_refusal){
			413, "Too large: a form may have 16 kB, a form with a spam copy 1 MB.\n"};
	return refusal_r->status == 0;
}

/* Prepares for the body, if the page accepts one of this size. */
static void expect_form(struct http_request *request, struct MHD_Connection *connection)
{
	size_t limit = body_limit(request->path);

	request->visit.too_large = limit > 0 && announced_length(connection) > limit;
	if (limit > 0 && !request->visit.too_large)
		request->form = form_new(connection, limit);
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

enum MHD_Result http_request_answer(struct http_request *request, struct MHD_Connection *connection)
{
	struct visit *visit = &request->visit;
	struct answer answer;
	size_t length = 0;
	char *page;

	if (request->form != NULL && !form_is_too_large(request->form))
		form_give_fields(request->form, visit);
	else if (request->form != NULL)
		visit->too_large = true;
	router_answer(request->site, visit, &answer, &page, &length);
	if (page == NULL)
		return MHD_NO;
	return http_response_send(connection, &answer, page, length);
}
