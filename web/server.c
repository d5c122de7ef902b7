/* SPDX-License-Identifier: BSD-2-Clause */
/* The HTTP server: its socket, its threads, and the calls of libmicrohttpd. */
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "web/connections.h"
#include "web/forwarded.h"
#include "web/http.h"
#include "web/site.h"

#define THREADS 4
#define BACKLOG 256
/* Memory of a connection for request line and header, in octets. */
#define HEADER_ROOM ((size_t)64 * 1024)
/* A silent connection is closed after this time. */
#define IDLE_SECS 15
/* A request must be read and answered within this time. */
#define ANSWER_SECS 60

struct server {
	struct MHD_Daemon *daemon;
	struct connections *connections;
};

int server_bind(const char *listen_at, int *socket_r, struct text *message_r)
{
	struct sockaddr_storage name;
	struct addr addr;
	socklen_t length;
	uint16_t port;
	int on = 1;

	if (addr_parse_endpoint(listen_at, &addr, &port) != ERR_NONE)
		return ERR_SYNTAX; /* the configuration was checked */
	length = addr_to_sockaddr(&addr, port, &name);
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

/* In a path or a field, a NUL would hide what follows it: it becomes another control character,
 * which has no use anywhere. */
static size_t unescape(void *context, struct MHD_Connection *connection, char *string)
{
	(void)context;
	(void)connection;
	for (char *nul = string; (nul = strstr(nul, "%00")) != NULL; nul += 3)
		nul[2] = '1';
	return MHD_http_unescape(string);
}

/* A request begins or an answer has been read: the connection made progress. */
static void move_deadline(struct server *server, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	if (info != NULL && info->socket_context != NULL)
		connection_set_deadline(server->connections, info->socket_context, ANSWER_SECS);
}

/* A proxy in front of the site brings many clients, and has its own limits for them. */
static bool is_proxy(const struct addr *addr)
{
	struct site *site = site_hold();
	bool found = site != NULL && forwarded_is_proxy(site->conf, addr);

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
	struct addr addr = http_peer(connection);

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
		*socket_context = connection_open(
			server->connections, info != NULL ? info->connect_fd : -1, &addr);
	} else if (*socket_context != NULL) {
		connection_close(server->connections, *socket_context);
		*socket_context = NULL;
	}
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
	const char *path, const char *method, const char *version, const char *upload,
	size_t *upload_length, void **request_context)
{
	struct http_request *request = *request_context;
	const struct http_refusal *refusal;

	(void)version;
	if (request == NULL) {
		move_deadline(context, connection);
		refusal = http_check(connection, method);
		if (refusal != NULL)
			return http_refuse(connection, refusal);
		*request_context = http_request_new(connection, path, method);
		return *request_context != NULL ? MHD_YES : MHD_NO;
	}
	if (*upload_length == 0)
		return http_request_answer(request, connection);
	http_request_read(request, upload, *upload_length);
	*upload_length = 0;
	return MHD_YES;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
	enum MHD_RequestTerminationCode how)
{
	struct http_request *request = *request_context;

	(void)how;
	move_deadline(context, connection);
	http_request_free(&request);
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
