/* SPDX-License-Identifier: BSD-2-Clause */
/* The listeners that a token must reach through the suspect. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/err.h"
#include "base/text.h"
#include "probe/listener.h"

/* Connections that wait to be accepted; a proxy under test makes a few dozen at once. */
#define BACKLOG 1024
/* Open at once; one more ends the oldest, so that strangers who stay cannot lock a token out. */
#define CALLERS_MAX 1024
/* What a caller sends before it is told who we are. */
#define CALLER_READ_MAX 4096
#define CALLER_SECS 20
#define BUCKETS 256

/* Somebody who connected to us. */
struct caller {
	TAILQ_ENTRY(caller) entry;
	struct listener *listener;
	struct bufferevent *stream;
	struct addr from;
	bool answered; /* what it sends from now on is only thrown away */
};

struct listening {
	struct target at;
	struct evconnlistener *socket;
};

struct listener {
	const char *site_url;
	struct listening *sockets;
	size_t socket_count;
	LIST_HEAD(bucket, expectation) buckets[BUCKETS];
	TAILQ_HEAD(, caller) callers; /* the oldest first */
	size_t caller_count;
};

/* By the token's first two digits. */
static struct bucket *bucket_of(struct listener *listener, const char *token)
{
	unsigned bucket = 0;

	for (int i = 0; i < 2; i++)
		bucket = bucket * 16 +
			 (unsigned)(token[i] >= 'a' ? token[i] - 'a' + 10 : token[i] - '0');
	return &listener->buckets[bucket % BUCKETS];
}

void listener_expect(struct listener *listener, struct expectation *expectation)
{
	assert(!expectation->awaited);
	LIST_INSERT_HEAD(bucket_of(listener, expectation->token), expectation, entry);
	expectation->awaited = true;
}

void listener_forget(struct expectation *expectation)
{
	if (expectation->awaited)
		LIST_REMOVE(expectation, entry);
	expectation->awaited = false;
}

static bool is_token_digit(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The expectation whose token is in the octets that a caller sent, or NULL. */
static struct expectation *find_token(
	struct listener *listener, const unsigned char *octets, size_t length)
{
	size_t run = 0; /* digits in a row up to here */

	for (size_t i = 0; i < length; i++) {
		run = is_token_digit(octets[i]) ? run + 1 : 0;
		if (run < TOKEN_LENGTH)
			continue;
		const char *token = (const char *)octets + i + 1 - TOKEN_LENGTH;
		struct expectation *each;
		LIST_FOREACH(each, bucket_of(listener, token), entry)
		{
			if (memcmp(each->token, token, TOKEN_LENGTH) == 0)
				return each;
		}
	}
	return NULL;
}

static void caller_free(struct caller *caller)
{
	TAILQ_REMOVE(&caller->listener->callers, caller, entry);
	caller->listener->caller_count--;
	bufferevent_free(caller->stream);
	free(caller);
}

static bool begins_with(const unsigned char *octets, size_t length, const char *word)
{
	return length >= strlen(word) && memcmp(octets, word, strlen(word)) == 0;
}

static bool is_http(const unsigned char *octets, size_t length)
{
	return begins_with(octets, length, "GET ") || begins_with(octets, length, "POST ") ||
	       begins_with(octets, length, "HEAD ");
}

/* Sends the last words to a caller. What it still sends is read, so that they are not lost by RST.
 */
static void say(
	struct caller *caller, const unsigned char *octets, size_t length, const char *answer)
{
	char body[1024];
	struct evbuffer *out = bufferevent_get_output(caller->stream);
	int body_length =
		snprintf(body, sizeof(body), "This is the open proxy prober of %.500s\r\n%s%s",
			caller->listener->site_url, answer, answer[0] ? "\r\n" : "");

	if (is_http(octets, length))
		evbuffer_add_printf(out,
			"HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
			"Cache-Control: no-store\r\nConnection: close\r\n\r\n",
			answer[0] ? "200 OK" : "404 Not Found", body_length);
	evbuffer_add(out, body, (size_t)body_length);
	caller->answered = true;
}

/* All is sent: the caller sees the end, and closes, or its time runs out. */
static void on_sent(struct bufferevent *stream, void *context)
{
	struct caller *caller = context;

	if (caller->answered)
		shutdown(bufferevent_getfd(stream), SHUT_WR);
}

static void on_read(struct bufferevent *stream, void *context)
{
	struct caller *caller = context;
	struct evbuffer *in = bufferevent_get_input(stream);
	size_t length = evbuffer_get_length(in);
	struct expectation *expectation;
	unsigned char *octets;

	if (caller->answered) {
		evbuffer_drain(in, length);
		return;
	}
	octets = evbuffer_pullup(in, -1);
	if (octets == NULL)
		return;
	expectation = find_token(caller->listener, octets, length);
	if (expectation != NULL) {
		say(caller, octets, length, expectation->answer);
		listener_forget(expectation);
		expectation->seen(expectation->context, &caller->from);
	} else if (length >= CALLER_READ_MAX ||
		   (is_http(octets, length) && length >= 4 &&
			   evbuffer_search(in, "\r\n\r\n", 4, NULL).pos >= 0)) {
		say(caller, octets, length, "");
	}
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	struct caller *caller = context;

	(void)stream;
	(void)what;
	caller_free(caller);
}

static void on_accept(struct evconnlistener *socket, evutil_socket_t fd, struct sockaddr *from,
	int length, void *context)
{
	struct listener *listener = context;
	struct event_base *loop = evconnlistener_get_base(socket);
	struct caller *caller = calloc(1, sizeof(*caller));
	static const struct timeval patience = {.tv_sec = CALLER_SECS};

	(void)length;
	if (caller != NULL)
		caller->stream = bufferevent_socket_new(loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (caller == NULL || caller->stream == NULL || addr_from_sockaddr(from, &caller->from)) {
		if (caller != NULL && caller->stream != NULL)
			bufferevent_free(caller->stream);
		else
			evutil_closesocket(fd);
		free(caller);
		return;
	}
	caller->listener = listener;
	TAILQ_INSERT_TAIL(&listener->callers, caller, entry);
	if (++listener->caller_count > CALLERS_MAX)
		caller_free(TAILQ_FIRST(&listener->callers));
	bufferevent_setcb(caller->stream, on_read, on_sent, on_event, caller);
	bufferevent_setwatermark(caller->stream, EV_READ, 0, CALLER_READ_MAX);
	bufferevent_set_timeouts(caller->stream, &patience, &patience);
	bufferevent_enable(caller->stream, EV_READ | EV_WRITE);
}

/* Without descriptors nothing can be accepted: libevent would try again at once, for ever. */
static void on_accept_error(struct evconnlistener *socket, void *context)
{
	struct listener *listener = context;

	(void)socket;
	if (!TAILQ_EMPTY(&listener->callers))
		caller_free(TAILQ_FIRST(&listener->callers));
}

static bool is_open(const struct listener *listener, const struct target *at)
{
	for (size_t i = 0; i < listener->socket_count; i++)
		if (listener->sockets[i].at.port == at->port &&
			addr_compare(&listener->sockets[i].at.addr, &at->addr) == 0)
			return true;
	return false;
}

/* 0, or the errno of the failure. */
static int open_socket(struct event_base *loop, struct listener *listener, const struct target *at)
{
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(&at->addr, at->port, &name);
	const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE |
			       (addr_is_ipv4(&at->addr) ? 0 : LEV_OPT_BIND_IPV6ONLY);
	struct listening *larger;

	if (is_open(listener, at))
		return 0;
	larger = realloc(listener->sockets, (listener->socket_count + 1) * sizeof(*larger));
	if (larger == NULL)
		return ENOMEM;
	listener->sockets = larger;
	struct evconnlistener *socket = evconnlistener_new_bind(
		loop, on_accept, listener, flags, BACKLOG, (struct sockaddr *)&name, (int)length);
	if (socket == NULL)
		return errno;
	evconnlistener_set_error_cb(socket, on_accept_error);
	listener->sockets[listener->socket_count++] =
		(struct listening){.at = *at, .socket = socket};
	return 0;
}

/* Opens each address of this machine but loopback. False: there is none, or none is free. */
static bool open_own_addresses(
	struct event_base *loop, struct listener *listener, const struct target *target)
{
	struct target own = {.port = target->port};
	struct ifaddrs *all;
	bool opened = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *each = all; each != NULL; each = each->ifa_next) {
		if (each->ifa_addr != NULL &&
			addr_from_sockaddr(each->ifa_addr, &own.addr) == ERR_NONE &&
			addr_is_ipv4(&own.addr) == addr_is_ipv4(&target->addr) &&
			!addr_is_loopback(&own.addr))
			opened |= open_socket(loop, listener, &own) == 0;
	}
	freeifaddrs(all);
	return opened;
}

/*
 * Opens the target's address. If the machine does not have it, opens all of the machine's addresses
 * together; if another program has the port at one of them, as a mail server has on loopback, opens
 * each that is free. 0, or the errno of the failure, which was at *tried_r.
 */
static int open_target(struct event_base *loop, struct listener *listener,
	const struct target *target, struct target *tried_r)
{
	struct target any = {.port = target->port};
	int error = addr_parse(addr_is_ipv4(&target->addr) ? "0.0.0.0" : "::", &any.addr);

	*tried_r = *target;
	if (error != ERR_NONE || is_open(listener, &any))
		return 0;
	error = open_socket(loop, listener, target);
	if (error != EADDRNOTAVAIL)
		return error;
	*tried_r = any;
	error = open_socket(loop, listener, &any);
	return error == EADDRINUSE && open_own_addresses(loop, listener, target) ? 0 : error;
}

static void say_why(
	const struct target *target, const struct target *tried, int error, struct text *message_r)
{
	char address[ADDR_TEXT_SIZE];

	addr_format(&tried->addr, address);
	text_add_format(message_r, "cannot listen at %s port %u", address, (unsigned)tried->port);
	addr_format(&target->addr, address);
	if (addr_compare(&target->addr, &tried->addr) != 0)
		text_add_format(
			message_r, " in place of %s, which this machine does not have", address);
	text_add_format(message_r, ": %s", strerror(error));
	if (error == EADDRINUSE)
		text_add(message_r, "; another program uses it, so set another port or address in "
				    "probe.target");
}

int listener_new(struct event_base *loop, const struct target *targets, size_t count,
	const char *site_url, struct listener **listener_r, struct text *message_r)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	struct target tried;

	*listener_r = NULL;
	if (listener == NULL)
		return ERR_MEMORY;
	TAILQ_INIT(&listener->callers);
	listener->site_url = site_url;
	for (size_t i = 0; i < count; i++) {
		int error = open_target(loop, listener, &targets[i], &tried);
		if (error != 0) {
			say_why(&targets[i], &tried, error, message_r);
			listener_free(&listener);
			return ERR_IO;
		}
	}
	*listener_r = listener;
	return ERR_NONE;
}

void listener_free(struct listener **listener)
{
	struct listener *gone = *listener;

	if (gone == NULL)
		return;
	while (!TAILQ_EMPTY(&gone->callers))
		caller_free(TAILQ_FIRST(&gone->callers)); /* NOLINT(clang-analyzer-unix.Malloc) */
	for (size_t i = 0; i < gone->socket_count; i++)
		evconnlistener_free(gone->sockets[i].socket);
	free(gone->sockets);
	free(gone);
	*listener = NULL;
}
