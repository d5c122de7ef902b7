/* SPDX-License-Identifier: BSD-2-Clause */
/* One attempt: connect, talk, and wait for the token at our listener. */
#include "probe/attempt.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "probe/exchange.h"
#include "probe/listener.h"
#include "probe/protocols.h"
#include "probe/transcript.h"

/* After the end of a connection a token that went through it may still be on its way to us. */
static const struct timeval grace = {.tv_usec = 500 * 1000};
/* Once the token came, the answer has so long to come back. */
static const struct timeval answer_patience = {.tv_sec = 5};
/* A gateway that has said nothing for so long after our command is taken to be connected. */
static const struct timeval quiet_patience = {.tv_sec = 2};

struct attempt {
	const struct attempt_settings *settings;
	struct attempt_events events;
	struct addr host;
	int64_t test_began_msecs;
	struct probe_result result;
	struct evbuffer *log;
	int fd; /* while it connects; -1 once the stream has it */
	struct event *connecting;
	struct event *deadline;
	struct event *quiet;
	struct bufferevent *stream;
	struct addr from; /* our end */
	struct goal goal;
	struct expectation expectation;
	bool token_seen;
	struct exchange exchange;
};

static int64_t now_of(const struct attempt *attempt)
{
	return clock_monotonic_msecs() - attempt->test_began_msecs;
}

void attempt_free(struct attempt **attempt)
{
	struct attempt *gone = *attempt;

	if (gone == NULL)
		return;
	listener_forget(&gone->expectation);
	if (gone->connecting != NULL)
		event_free(gone->connecting);
	if (gone->deadline != NULL)
		event_free(gone->deadline);
	if (gone->quiet != NULL)
		event_free(gone->quiet);
	if (gone->stream != NULL)
		bufferevent_free(gone->stream);
	if (gone->fd >= 0)
		close(gone->fd);
	if (gone->log != NULL)
		evbuffer_free(gone->log);
	free(gone);
	*attempt = NULL;
}

/* The attempt is over, and gone after this. */
static void finish(struct attempt *attempt, enum probe_verdict verdict, int error)
{
	struct attempt_events events = attempt->events;
	struct probe_result result = attempt->result;
	struct evbuffer *log = attempt->log;

	result.verdict = verdict;
	result.error = error;
	result.ended_msecs = now_of(attempt);
	if (error)
		transcript_note(log, result.ended_msecs, "%s (errno %d)", strerror(error), error);
	transcript_verdict(log, result.ended_msecs, verdict);
	attempt->log = NULL;
	attempt_free(&attempt);
	events.finished(events.context, &result, log);
}

static void finish_exchange(struct attempt *attempt, int error)
{
	attempt->result.as_web_server = attempt->exchange.as_web_server;
	attempt->result.as_proxy = exchange_refuses_as_proxy(&attempt->exchange);
	finish(attempt, exchange_verdict(&attempt->exchange, attempt->token_seen), error);
}

/* What an errno of a connection that failed says of the port. */
static enum probe_verdict verdict_of_errno(int error)
{
	switch (error) {
	case ECONNREFUSED:
	case ECONNRESET:
		return PROBE_PORT_CLOSED;
	case ETIMEDOUT:
		return PROBE_FILTERED;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
	case ENETDOWN:
	case ENOPROTOOPT:
		return PROBE_UNREACHABLE;
	default:
		return PROBE_LOCAL_ERROR;
	}
}

static void finish_connect(struct attempt *attempt, int error)
{
	finish(attempt, verdict_of_errno(error), error);
}

static void send_out(struct attempt *attempt)
{
	struct exchange *exchange = &attempt->exchange;

	if (exchange->out_length == 0)
		return;
	transcript_octets(attempt->log, now_of(attempt), '>', exchange->out, exchange->out_length);
	bufferevent_write(attempt->stream, exchange->out, exchange->out_length);
	exchange->out_length = 0;
	if (attempt->quiet != NULL)
		event_add(attempt->quiet, &quiet_patience);
}

/* A token that is underway when a connection ends is given a moment. */
static void finish_or_wait(struct attempt *attempt, int error)
{
	struct exchange *exchange = &attempt->exchange;

	if (!attempt->token_seen && (exchange->verdict == PROBE_LIAR || exchange->in_tunnel) &&
		!attempt->result.error) {
		attempt->result.error = error ? error : -1; /* only once */
		bufferevent_disable(attempt->stream, EV_READ | EV_WRITE);
		event_add(attempt->deadline, &grace);
		return;
	}
	finish_exchange(attempt, error);
}

static void on_read(struct bufferevent *stream, void *context)
{
	struct attempt *attempt = context;
	unsigned char octets[1024];
	size_t length;

	while (!attempt->exchange.over &&
		(length = bufferevent_read(stream, octets, sizeof(octets))) > 0) {
		size_t room = EXCHANGE_READ_MAX - attempt->exchange.in_length;
		transcript_octets(
			attempt->log, now_of(attempt), '<', octets, length < room ? length : room);
		exchange_read(&attempt->exchange, octets, length);
	}
	if (attempt->exchange.over)
		finish_or_wait(attempt, 0);
	else
		send_out(attempt);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	struct attempt *attempt = context;
	int error = what & BEV_EVENT_ERROR ? EVUTIL_SOCKET_ERROR() : 0;
	unsigned long tls_error = bufferevent_get_openssl_error(stream);

	if (what & BEV_EVENT_CONNECTED) {
		transcript_note(attempt->log, now_of(attempt), "TLS is up");
		return;
	}
	if (tls_error) {
		transcript_note(attempt->log, now_of(attempt), "TLS failed");
		error = 0;
	}
	transcript_note(attempt->log, now_of(attempt), "the other side ended the connection");
	exchange_end(&attempt->exchange, ENDING_CLOSED);
	if (tls_error && attempt->exchange.in_length == 0)
		attempt->exchange.verdict = PROBE_NOT_A_PROXY;
	finish_or_wait(attempt, error);
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
	struct attempt *attempt = context;

	(void)fd;
	(void)what;
	if (!attempt->exchange.over)
		transcript_note(attempt->log, now_of(attempt), "time is up");
	exchange_end(&attempt->exchange, ENDING_TIMEOUT);
	finish_exchange(attempt, attempt->result.error > 0 ? attempt->result.error : 0);
}

void attempt_expire(struct attempt *attempt)
{
	transcript_note(
		attempt->log, now_of(attempt), "the time for the test of this host is over");
	if (attempt->stream == NULL) {
		attempt->result.cut_off = true;
		finish(attempt, PROBE_NO_ANSWER, 0);
		return;
	}
	exchange_end(&attempt->exchange, ENDING_TIMEOUT);
	attempt->result.cut_off =
		exchange_verdict(&attempt->exchange, attempt->token_seen) == PROBE_NO_ANSWER;
	finish_exchange(attempt, attempt->result.error > 0 ? attempt->result.error : 0);
}

static void on_quiet(evutil_socket_t fd, short what, void *context)
{
	struct attempt *attempt = context;

	(void)fd;
	(void)what;
	exchange_quiet(&attempt->exchange);
	send_out(attempt);
}

/* What comes from our own address did not come through the suspect, unless it is one of us. */
static bool is_intercepted(const struct attempt *attempt, const struct addr *egress)
{
	const struct addr *host = &attempt->host;

	if (addr_is_loopback(host) || addr_compare(egress, host) == 0)
		return false;
	return addr_compare(egress, &attempt->from) == 0 ||
	       addr_compare(egress, &attempt->goal.target.addr) == 0;
}

static void on_token(void *context, const struct addr *egress)
{
	struct attempt *attempt = context;
	char address[ADDR_TEXT_SIZE];

	addr_format(egress, address);
	transcript_note(
		attempt->log, now_of(attempt), "the token came to our listener from %s", address);
	attempt->token_seen = true;
	attempt->result.has_egress = true;
	attempt->result.egress = *egress;
	if (is_intercepted(attempt, egress)) {
		attempt->result.intercepted = true;
		transcript_note(attempt->log, now_of(attempt), "that is our own address");
	}
	/* The end comes from the loop: the listener that called is still at work. */
	event_add(attempt->deadline,
		attempt->exchange.over ? &(struct timeval){0} : &answer_patience);
}

static bool open_stream(struct attempt *attempt)
{
	const struct attempt_settings *settings = attempt->settings;
	SSL *tls;

	if (!protocol_type(attempt->result.port.protocol)->in_tls) {
		attempt->stream =
			bufferevent_socket_new(settings->loop, attempt->fd, BEV_OPT_CLOSE_ON_FREE);
	} else {
		tls = SSL_new(settings->tls);
		if (tls == NULL)
			return false;
		attempt->stream = bufferevent_openssl_socket_new(settings->loop, attempt->fd, tls,
			BUFFEREVENT_SSL_CONNECTING, BEV_OPT_CLOSE_ON_FREE);
		if (attempt->stream == NULL)
			SSL_free(tls);
		else
			bufferevent_openssl_set_allow_dirty_shutdown(attempt->stream, 1);
	}
	if (attempt->stream == NULL)
		return false;
	attempt->fd = -1;
	return true;
}

static void note_our_end(struct attempt *attempt)
{
	struct sockaddr_storage name;
	socklen_t length = sizeof(name);
	char address[ADDR_TEXT_SIZE] = "an unknown address";

	if (getsockname(attempt->fd, (struct sockaddr *)&name, &length) == 0 &&
		addr_from_sockaddr((struct sockaddr *)&name, &attempt->from) == ERR_NONE)
		addr_format(&attempt->from, address);
	transcript_note(attempt->log, now_of(attempt), "connected from %s", address);
}

static void talk(struct attempt *attempt)
{
	const struct attempt_settings *settings = attempt->settings;

	note_our_end(attempt);
	attempt->deadline = evtimer_new(settings->loop, on_deadline, attempt);
	if (protocol_type(attempt->result.port.protocol)->quiet != NULL)
		attempt->quiet = evtimer_new(settings->loop, on_quiet, attempt);
	if (attempt->deadline == NULL || !open_stream(attempt)) {
		finish(attempt, PROBE_LOCAL_ERROR, ENOMEM);
		return;
	}
	attempt->goal.site_url = settings->site_url;
	token_make(attempt->goal.token);
	token_make(attempt->goal.answer);
	attempt->expectation = (struct expectation){.token = attempt->goal.token,
		.answer = attempt->goal.answer,
		.seen = on_token,
		.context = attempt};
	listener_expect(settings->listener, &attempt->expectation);
	event_add(attempt->deadline, &settings->probe_timeout);
	bufferevent_setcb(attempt->stream, on_read, NULL, on_event, attempt);
	bufferevent_setwatermark(attempt->stream, EV_READ, 0, EXCHANGE_READ_MAX);
	exchange_begin(
		&attempt->exchange, protocol_type(attempt->result.port.protocol), &attempt->goal);
	send_out(attempt);
	bufferevent_enable(attempt->stream, EV_READ | EV_WRITE);
}

static void on_connect(evutil_socket_t fd, short what, void *context)
{
	struct attempt *attempt = context;
	int error = ETIMEDOUT;
	socklen_t length = sizeof(error);

	if (what & EV_WRITE && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
		error = errno;
	if (error) {
		finish_connect(attempt, error);
		return;
	}
	attempt->result.target = attempt->goal.target;
	attempt->events.port_open(attempt->events.context);
	talk(attempt);
}

/* 0, EINPROGRESS, or the errno of the failure. */
static int start_connect(struct attempt *attempt)
{
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(&attempt->host, attempt->result.port.port, &name);
	int on = 1;

	attempt->fd = socket(name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (attempt->fd < 0)
		return errno;
	/* The steps of a handshake are small, and each waits for an answer. */
	(void)setsockopt(attempt->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return connect(attempt->fd, (struct sockaddr *)&name, length) == 0 ? 0 : errno;
}

/* All but what is known only once it is connected. NULL: no memory. */
static struct attempt *attempt_new(const struct attempt_settings *settings,
	const struct attempt_goal *goal, const struct attempt_events *events)
{
	struct attempt *attempt = malloc(sizeof(*attempt));

	if (attempt == NULL)
		return NULL;
	/* An exchange is large, and made ready when it begins. */
	memset(attempt, 0, offsetof(struct attempt, exchange));
	attempt->settings = settings;
	attempt->events = *events;
	attempt->host = goal->host;
	attempt->test_began_msecs = goal->test_began_msecs;
	attempt->fd = -1;
	attempt->goal.target = goal->target;
	attempt->result.port = goal->port;
	attempt->result.began_msecs = now_of(attempt);
	attempt->log = evbuffer_new();
	if (attempt->log == NULL)
		attempt_free(&attempt);
	return attempt;
}

void attempt_begin(const struct attempt_settings *settings, const struct attempt_goal *goal,
	const struct attempt_events *events, struct attempt **attempt_r)
{
	struct attempt *attempt = attempt_new(settings, goal, events);
	int error;

	*attempt_r = attempt;
	if (attempt == NULL) {
		events->finished(events->context,
			&(struct probe_result){.port = goal->port, .verdict = PROBE_LOCAL_ERROR},
			NULL);
		return;
	}
	transcript_headline(attempt->log, goal->number, &goal->host, &goal->port, &goal->target);
	error = start_connect(attempt);
	if (error && error != EINPROGRESS) {
		finish_connect(attempt, error);
		return;
	}
	attempt->connecting = event_new(settings->loop, attempt->fd, EV_WRITE, on_connect, attempt);
	if (attempt->connecting == NULL ||
		event_add(attempt->connecting, &settings->connect_timeout) != 0)
		finish(attempt, PROBE_LOCAL_ERROR, ENOMEM);
}
