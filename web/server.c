/* SPDX-License-Identifier: BSD-2-Clause */
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "web/connections.h"
#include "web/form.h"
#include "web/router.h"
#include "web/site.h"

#define THREADS 4
#define BACKLOG 256
/* Of one connection, for request line and header. */
#define HEADER_ROOM ((size_t)64 * 1024)
/* A connection that is silent is closed. */
#define IDLE_SECS 15
/* A request that has come is read and answered within this. */
#define ANSWER_SECS 60

struct server {
	struct MHD_Daemon *daemon;
	struct connections *connections;
};

/* One request while it is being read. */
struct reading {
	struct site *site;
	struct visit visit;
	struct form *form; /* NULL: no body is wanted */
	bool refused;      /* it breaks HTTP's rules; its body is not looked at */
	char path[256];
};

int server_bind(const char *listen_at, int *socket_r, struct text *message_r)
{
	char host[ADDR_TEXT_SIZE + 2];
	const char *colon = strrchr(listen_at, ':');
	struct sockaddr_storage name;
	struct addr addr;
	socklen_t length;
	int on = 1;

	text_copy(host, (size_t)(colon - listen_at) + 1, listen_at + (listen_at[0] == '['));
	host[strcspn(host, "]")] = '\0';
	if (addr_parse(host, &addr))
		return ERR_SYNTAX; /* the configuration was checked */
	length = addr_to_sockaddr(&addr, (uint16_t)atoi(colon + 1), &name);
	*socket_r = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*socket_r >= 0 &&
		setsockopt(*socket_r, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		bind(*socket_r, (struct sockaddr *)&name, length) == 0 &&
		listen(*socket_r, BACKLOG) == 0)
		return ERR_NONE;
	text_add_format(
		message_r, "web.listen: cannot listen at %s: %s", listen_at, strerror(errno));
	if (*socket_r >= 0)
		close(*socket_r);
	*socket_r = -1;
	return ERR_IO;
}

/* In a path and in fields that are strings, a NUL would hide what follows it: it becomes another
 * control character, which nothing has a use for. */
static size_t unescape(void *context, struct MHD_Connection *connection, char *string)
{
	(void)context;
	(void)connection;
	for (char *nul = string; (nul = strstr(nul, "%00")) != NULL; nul += 3)
		nul[2] = '1';
	return MHD_http_unescape(string);
}

static struct addr address_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct addr addr;

	if (info == NULL || addr_from_sockaddr(info->client_addr, &addr))
		memset(&addr, 0, sizeof(addr));
	return addr;
}

static struct connection *connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

static void keep_moving(struct server *server, struct MHD_Connection *connection, int secs)
{
	struct connection *each = connection_of(connection);

	if (each != NULL)
		connection_set_deadline(server->connections, each, secs);
}

/* Proxies in front of the site bring many clients; those have limits of their own there. */
static bool is_proxy(const struct addr *addr)
{
	struct site *site = site_hold();
	bool found = site != NULL && network_find(site->conf->web.trusted_proxies,
					     site->conf->web.trusted_proxy_count, addr) != NULL;

	site_release(&site);
	return found;
}

static enum MHD_Result on_accept(void *context, const struct sockaddr *from, socklen_t length)
{
	struct server *server = context;
	struct addr addr;

	(void)length;
	if (addr_from_sockaddr(from, &addr))
		return MHD_NO;
	return connections_admit(server->connections, &addr, is_proxy(&addr)) ? MHD_YES : MHD_NO;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
	enum MHD_ConnectionNotificationCode what)
{
	struct server *server = context;
	const union MHD_ConnectionInfo *info;
	struct addr addr = address_of(connection);

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*socket_context = connection_open(
			server->connections, info != NULL ? info->connect_fd : -1, &addr);
	} else if (*socket_context != NULL) {
		connection_close(server->connections, *socket_context);
		*socket_context = NULL;
	}
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
	struct reading *reading = context;
	struct visit *visit = &reading->visit;

	(void)kind;
	if (visit->field_count < FIELDS_MAX)
		visit->fields[visit->field_count++] = (struct field){
			.name = (char *)name,
			.value = (char *)(value != NULL ? value : ""),
			.length = value != NULL ? strlen(value) : 0,
		};
	return MHD_YES;
}

struct forwarded {
	char list[1024];
	size_t length;
};

/* Several fields of one name are one list (RFC 9110, 5.3): a proxy may add its own after those that
 * the visitor made up. When there is no room, the end stays. */
static enum MHD_Result take_forwarded(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct forwarded *forwarded = context;
	size_t length = value != NULL ? strlen(value) : 0;

	(void)kind;
	if (strcasecmp(name, "X-Forwarded-For") != 0)
		return MHD_YES;
	if (length + 2 > sizeof(forwarded->list)) {
		value += length + 2 - sizeof(forwarded->list);
		length = sizeof(forwarded->list) - 2;
	}
	if (forwarded->length + length + 2 > sizeof(forwarded->list))
		forwarded->length = 0;
	if (forwarded->length > 0)
		forwarded->list[forwarded->length++] = ',';
	memcpy(forwarded->list + forwarded->length, value != NULL ? value : "", length + 1);
	forwarded->length += length;
	return MHD_YES;
}

/* The visitor's address. */
static struct addr visitor_of(struct MHD_Connection *connection, const struct conf *conf)
{
	struct forwarded forwarded = {.length = 0};
	struct addr from = address_of(connection);

	MHD_get_connection_values(connection, MHD_HEADER_KIND, take_forwarded, &forwarded);
	return site_client(conf, &from, forwarded.length > 0 ? forwarded.list : NULL);
}

static void reading_free(struct reading *reading)
{
	form_free(&reading->form);
	site_release(&reading->site);
	free(reading);
}

/* NULL: the site ends, or memory ran out. */
static struct reading *reading_new(
	struct MHD_Connection *connection, const char *path, const char *method)
{
	struct reading *reading = calloc(1, sizeof(*reading));

	if (reading != NULL)
		reading->site = site_hold();
	if (reading == NULL || reading->site == NULL) {
		free(reading);
		return NULL;
	}
	if (!text_copy(reading->path, sizeof(reading->path), path))
		text_copy(reading->path, sizeof(reading->path), "/too-long");
	reading->visit.path = reading->path;
	reading->visit.method = strcmp(method, "POST") == 0 ? METHOD_POST : METHOD_GET;
	reading->visit.now = clock_now();
	reading->visit.foreign = is_foreign(connection, reading->site->conf);
	reading->visit.client = visitor_of(connection, reading->site->conf);
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_query, reading);
	return reading;
}

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

static void add_headers(struct MHD_Response *response, const struct answer *answer, int64_t now)
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
	if (answer->status >= 400 && answer->retry_at > now) {
		snprintf(number, sizeof(number), "%lld", (long long)(answer->retry_at - now));
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, number);
	}
	if (answer->refresh_secs > 0) {
		snprintf(number, sizeof(number), "%d", answer->refresh_secs);
		MHD_add_response_header(response, "Refresh", number);
	}
}

static enum MHD_Result send_page(struct MHD_Connection *connection, struct answer *answer,
	char *page, size_t length, int64_t now)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(length, page, MHD_RESPMEM_MUST_FREE);
	enum MHD_Result result;

	if (response == NULL) {
		free(page);
		return MHD_NO;
	}
	add_headers(response, answer, now);
	result = MHD_queue_response(connection, answer->status, response);
	MHD_destroy_response(response);
	return result;
}

/* Says what is wrong with a request that no page gets to see. */
static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *text)
{
	struct answer answer = {
		.status = status,
		.type = "text/plain; charset=utf-8",
		.allow = status == 405 ? "GET, HEAD, POST" : NULL,
	};
	char *copy = strdup(text);

	return copy != NULL ? send_page(connection, &answer, copy, strlen(copy), 0) : MHD_NO;
}

static enum MHD_Result answer_visit(struct MHD_Connection *connection, struct reading *reading)
{
	struct answer answer;
	size_t length = 0;
	char *page;

	if (reading->form != NULL && !form_is_too_large(reading->form))
		form_give_fields(reading->form, &reading->visit);
	else if (reading->form != NULL)
		reading->visit.too_large = true;
	site_answer(reading->site, &reading->visit, &answer, &page, &length);
	if (page == NULL)
		return MHD_NO;
	return send_page(connection, &answer, page, length, reading->visit.now);
}

/* How long a body may be, by the page that it is for; 0: none is taken. */
static size_t body_limit(const struct reading *reading)
{
	const char *rest;
	const struct route *route = router_find(reading->path, &rest);

	if (route == NULL || !(route->methods & METHOD_POST))
		return 0;
	return route->needs & NEED_UPLOAD ? SERVER_UPLOAD_MAX : SERVER_FORM_MAX;
}

static enum MHD_Result begin(struct server *server, struct MHD_Connection *connection,
	const char *path, const char *method, void **context)
{
	struct reading *reading;
	const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
	unsigned long long announced;
	size_t limit;

	keep_moving(server, connection, ANSWER_SECS);
	if (has_two_lengths(connection))
		return refuse(connection, 400, "The request says its length twice.\n");
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 &&
		strcmp(method, "POST") != 0)
		return refuse(connection, 405, "GET, HEAD and POST are understood here.\n");
	reading = reading_new(connection, path, method);
	if (reading == NULL)
		return MHD_NO;
	*context = reading;
	if (reading->visit.method != METHOD_POST)
		return MHD_YES;
	announced = length != NULL ? strtoull(length, NULL, 10) : 0;
	if (announced > SERVER_READ_MAX)
		return refuse(connection, 413,
			"That is too much: a form has at most 16 kB, a spam copy at most 1 MB.\n");
	limit = body_limit(reading);
	reading->visit.too_large = limit > 0 && announced > limit;
	if (limit > 0 && !reading->visit.too_large)
		reading->form = form_new(connection, limit);
	return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
	const char *path, const char *method, const char *version, const char *upload,
	size_t *upload_length, void **request_context)
{
	struct reading *reading = *request_context;

	(void)version;
	if (reading == NULL)
		return begin(context, connection, path, method, request_context);
	if (*upload_length > 0) {
		if (reading->form != NULL)
			form_read(reading->form, upload, *upload_length);
		*upload_length = 0;
		return MHD_YES;
	}
	return answer_visit(connection, reading);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode how)
{
	struct reading *reading = *request_context;

	(void)how;
	keep_moving(context, connection, ANSWER_SECS);
	if (reading != NULL)
		reading_free(reading);
	*request_context = NULL;
}

int server_start(int socket, struct server **server_r)
{
	struct server *server = calloc(1, sizeof(*server));
	int err = ERR_MEMORY;

	*server_r = NULL;
	if (server == NULL)
		return ERR_MEMORY;
	err = connections_new(&server->connections);
	if (err != ERR_NONE)
		goto fail;
	err = ERR_IO;
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, on_accept, server,
		on_request, server, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_THREAD_POOL_SIZE,
		(unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADER_ROOM, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)IDLE_SECS, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_UNESCAPE_CALLBACK,
		unescape, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_END);
	if (server->daemon == NULL)
		goto fail;
	*server_r = server;
	return ERR_NONE;
fail:
	connections_free(&server->connections);
	free(server);
	return err;
}

void server_stop(struct server **server)
{
	struct server *gone = *server;

	if (gone == NULL)
		return;
	MHD_stop_daemon(gone->daemon);
	connections_free(&gone->connections);
	free(gone);
	*server = NULL;
}
