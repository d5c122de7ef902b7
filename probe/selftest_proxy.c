/* SPDX-License-Identifier: BSD-2-Clause */
/* The open proxy of the self-test, which connects only to our targets. */
#include "probe/selftest_proxy.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/err.h"

/* The prober's own requests are far shorter, and no two dozen at a time. */
#define REQUEST_MAX 1024
#define RELAYS_MAX 64

/* A client and, once its request was understood, our target. */
struct relay {
	LIST_ENTRY(relay) entry;
	struct selftest_proxy *proxy;
	struct bufferevent *client;
	struct bufferevent *server; /* NULL: not connected yet */
};

struct selftest_proxy {
	struct event_base *loop;
	const struct target *targets;
	size_t target_count;
	struct evconnlistener *socket;
	LIST_HEAD(, relay) relays;
	size_t relay_count;
};

static void relay_free(struct relay *relay)
{
	LIST_REMOVE(relay, entry);
	relay->proxy->relay_count--;
	if (relay->server != NULL)
		bufferevent_free(relay->server);
	bufferevent_free(relay->client);
	free(relay);
}

/* The target that a request asks for, by its first line; NULL: it is not one of ours. */
static const struct target *find_target(const struct selftest_proxy *proxy, const char *request)
{
	char authority[TARGET_TEXT_SIZE], line[TARGET_TEXT_SIZE + 32];

	for (size_t i = 0; i < proxy->target_count; i++) {
		target_format(&proxy->targets[i], authority);
		snprintf(line, sizeof(line), "CONNECT %s HTTP/1.", authority);
		if (strncmp(request, line, strlen(line)) == 0)
			return &proxy->targets[i];
	}
	return NULL;
}

static void on_all_sent(struct bufferevent *client, void *context)
{
	(void)client;
	relay_free(context);
}

static void on_end(struct bufferevent *stream, short what, void *context);

/* Sends the client its last words and is done with it. */
static void end_with(struct relay *relay, const char *answer)
{
	evbuffer_add(bufferevent_get_output(relay->client), answer, strlen(answer));
	if (evbuffer_get_length(bufferevent_get_output(relay->client)) == 0) {
		relay_free(relay);
		return;
	}
	bufferevent_setcb(relay->client, NULL, on_all_sent, on_end, relay);
	if (relay->server != NULL)
		bufferevent_setcb(relay->server, NULL, NULL, NULL, NULL);
}

/* The client left, or its end is near: nothing more is forwarded. */
static void on_end(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	(void)what;
	relay_free(context);
}

static void pass_on(struct bufferevent *from, struct bufferevent *to)
{
	evbuffer_add_buffer(bufferevent_get_output(to), bufferevent_get_input(from));
}

static void on_client_data(struct bufferevent *client, void *context)
{
	struct relay *relay = context;

	pass_on(client, relay->server);
}

static void on_server_data(struct bufferevent *server, void *context)
{
	struct relay *relay = context;

	pass_on(server, relay->client);
}

static void on_server_event(struct bufferevent *server, short what, void *context)
{
	static const char granted[] = "HTTP/1.1 200 Connection established\r\n\r\n";
	struct relay *relay = context;
	bool was_connected = (bufferevent_get_enabled(server) & EV_READ) != 0;

	if ((what & BEV_EVENT_CONNECTED) != 0) {
		bufferevent_enable(server, EV_READ | EV_WRITE);
		evbuffer_add(bufferevent_get_output(relay->client), granted, sizeof(granted) - 1);
		bufferevent_setcb(relay->client, on_client_data, NULL, on_end, relay);
		bufferevent_enable(relay->client, EV_READ);
	} else if (was_connected) {
		pass_on(server, relay->client);
		end_with(relay, "");
	} else {
		end_with(relay, "HTTP/1.1 502 Bad Gateway\r\n\r\n");
	}
}

static void connect_to(struct relay *relay, const struct target *target)
{
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(&target->addr, target->port, &name);

	bufferevent_disable(relay->client, EV_READ);
	relay->server = bufferevent_socket_new(relay->proxy->loop, -1, BEV_OPT_CLOSE_ON_FREE);
	if (relay->server == NULL) {
		relay_free(relay);
		return;
	}
	bufferevent_disable(relay->server, EV_READ);
	bufferevent_setcb(relay->server, on_server_data, NULL, on_server_event, relay);
	/* A failure comes as an event. */
	(void)bufferevent_socket_connect(relay->server, (struct sockaddr *)&name, (int)length);
}

static void on_request(struct bufferevent *client, void *context)
{
	struct relay *relay = context;
	struct evbuffer *in = bufferevent_get_input(client);
	size_t length = evbuffer_get_length(in);
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	char request[REQUEST_MAX + 1];

	if (end.pos < 0 && length < REQUEST_MAX)
		return;
	if (end.pos < 0 || end.pos + 4 > REQUEST_MAX) {
		end_with(relay, "HTTP/1.1 431 Request Header Fields Too Large\r\n\r\n");
		return;
	}
	evbuffer_remove(in, request, (size_t)end.pos + 4);
	request[end.pos + 4] = '\0';
	const struct target *target = find_target(relay->proxy, request);
	if (target != NULL)
		connect_to(relay, target);
	else
		end_with(relay, "HTTP/1.1 403 Forbidden\r\n\r\n");
}

static void on_accept(struct evconnlistener *socket, evutil_socket_t fd, struct sockaddr *from,
	int length, void *context)
{
	struct selftest_proxy *proxy = context;
	struct relay *relay = proxy->relay_count < RELAYS_MAX ? calloc(1, sizeof(*relay)) : NULL;

	(void)socket;
	(void)from;
	(void)length;
	if (relay != NULL)
		relay->client = bufferevent_socket_new(proxy->loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (relay == NULL || relay->client == NULL) {
		free(relay);
		evutil_closesocket(fd);
		return;
	}
	relay->proxy = proxy;
	LIST_INSERT_HEAD(&proxy->relays, relay, entry);
	proxy->relay_count++;
	bufferevent_setcb(relay->client, on_request, NULL, on_end, relay);
	bufferevent_setwatermark(relay->client, EV_READ, 0, REQUEST_MAX);
	bufferevent_enable(relay->client, EV_READ | EV_WRITE);
}

int selftest_proxy_find_address(int fd, struct target *address_r)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);

	if (getsockname(fd, (struct sockaddr *)&name, &length) != 0)
		return ERR_IO;
	address_r->port =
		ntohs(name.ss_family == AF_INET ? ((struct sockaddr_in *)&name)->sin_port
						: ((struct sockaddr_in6 *)&name)->sin6_port);
	return addr_from_sockaddr((struct sockaddr *)&name, &address_r->addr);
}

int selftest_proxy_new(struct event_base *loop, const struct target *targets, size_t target_count,
	bool ipv4, struct selftest_proxy **proxy_r, struct target *address_r)
{
	struct selftest_proxy *proxy = calloc(1, sizeof(*proxy));
	struct sockaddr_storage name;
	struct addr loopback;
	int err = addr_parse(ipv4 ? "127.0.0.1" : "::1", &loopback);

	*proxy_r = NULL;
	if (proxy == NULL)
		return ERR_MEMORY;
	LIST_INIT(&proxy->relays);
	proxy->loop = loop;
	proxy->targets = targets;
	proxy->target_count = target_count;
	socklen_t length = addr_to_sockaddr(&loopback, 0, &name);
	proxy->socket = evconnlistener_new_bind(loop, on_accept, proxy,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, RELAYS_MAX, (struct sockaddr *)&name,
		(int)length);
	if (err == ERR_NONE && proxy->socket == NULL)
		err = ERR_IO;
	if (err == ERR_NONE)
		err = selftest_proxy_find_address(evconnlistener_get_fd(proxy->socket), address_r);
	if (err != ERR_NONE)
		selftest_proxy_free(&proxy);
	*proxy_r = proxy;
	return err;
}

void selftest_proxy_free(struct selftest_proxy **proxy)
{
	struct selftest_proxy *gone = *proxy;

	if (gone == NULL)
		return;
	while (!LIST_EMPTY(&gone->relays))
		relay_free(LIST_FIRST(&gone->relays)); /* NOLINT(clang-analyzer-unix.Malloc) */
	if (gone->socket != NULL)
		evconnlistener_free(gone->socket);
	free(gone);
	*proxy = NULL;
}
