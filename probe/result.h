/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_RESULT_H
#define PROBE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

/* What a probe speaks. */
enum protocol {
	PROTOCOL_HTTP_CONNECT,    /* RFC 9110, 9.3.6, as HTTP/1.1 */
	PROTOCOL_HTTP_CONNECT_10, /* the same as HTTP/1.0 */
	PROTOCOL_HTTP_GET,
	PROTOCOL_HTTP_POST,
	PROTOCOL_HTTPS_CONNECT, /* CONNECT inside TLS to the proxy */
	PROTOCOL_SOCKS4,
	PROTOCOL_SOCKS4A,
	PROTOCOL_SOCKS5, /* RFC 1928 */
	PROTOCOL_GATEWAY,
	PROTOCOL_COUNT
};

/* What one probe found. */
enum probe_verdict {
	PROBE_OPEN,         /* token seen, answer came back */
	PROBE_OPEN_ONE_WAY, /* token seen */
	PROBE_AUTH_REQUIRED,
	PROBE_REFUSED,
	PROBE_NOT_A_PROXY,
	PROBE_PORT_CLOSED,
	PROBE_FILTERED,
	PROBE_UNREACHABLE,
	PROBE_NO_ANSWER,
	PROBE_CANNOT_REACH_TARGET,
	PROBE_LIAR,
	PROBE_LOCAL_ERROR,
	PROBE_VERDICT_COUNT
};

/* What a host is found to be. */
enum host_verdict {
	HOST_OPEN,
	HOST_CLOSED,
	HOST_UNREACHABLE,
	HOST_INCONCLUSIVE,
	HOST_VOID, /* our own path is intercepted, or the self-test failed */
};

/* A port and what to speak there. */
struct probe_port {
	uint16_t port;
	enum protocol protocol;
	bool in_evidence; /* named by what the host is listed or nominated for: it comes first */
};

/* An address and port that our own listener is reached at. */
struct target {
	struct addr addr;
	uint16_t port;
	bool unpublished; /* shown on no page: a suspect cannot know it */
};

/* How a host is tested. */
struct test_options {
	size_t first_target;    /* turns the order of the targets, for a second try */
	bool urgent;            /* somebody waits for it: before others, where sockets are short */
	bool unpublished_first; /* with the targets that nobody can know of, before the others */
};

/* One probe. A port that takes no connection has one result for all its protocols. */
struct probe_result {
	struct probe_port port;
	struct target target; /* all zero: it did not come to one */
	enum probe_verdict verdict;
	bool has_egress;
	bool as_web_server;  /* HTTP answered, without a word that only a proxy uses */
	bool cut_off;        /* no-answer, because the time of the whole test was over first */
	bool as_proxy;       /* it refused us in the words of a proxy's protocol */
	bool intercepted;    /* the egress is our own address: nothing of the test counts */
	struct addr egress;  /* the address that our listener saw */
	int error;           /* errno; 0: none */
	int64_t began_msecs; /* since the test of the host began */
	int64_t ended_msecs;
};

/* What the test of a host found. Belongs to the engine; it lasts for the call of done. */
struct host_result {
	struct addr host;
	const struct probe_result *results;
	size_t result_count;
	bool alive;             /* anything answered, an RST included */
	bool intercepted;       /* a connection came from our own address: nothing counts */
	bool incomplete;        /* memory ran out for a result: only what is open counts */
	const char *transcript; /* every connection: times, octets both ways, errno, egress */
	size_t transcript_length;
};

/* How the test of a host is followed. All on the loop's thread; progress may be NULL. */
struct host_events {
	void (*progress)(
		void *context, size_t ports_done, size_t ports, const struct probe_result *latest);
	void (*done)(void *context, const struct host_result *result);
	void *context;
};

/* Whether the port of a probe accepted the connection. */
bool probe_was_connected(const struct probe_result *probe);

#define TARGET_TEXT_SIZE (ADDR_TEXT_SIZE + 8)

/* "192.0.2.25:25", "[2001:db8::25]:25"; empty for one that is all zero. */
void target_format(const struct target *target, char text_r[TARGET_TEXT_SIZE]);

const char *protocol_name(enum protocol protocol);          /* "HTTP CONNECT", "SOCKS5" … */
const char *probe_verdict_name(enum probe_verdict verdict); /* "open", "open-one-way" … */
const char *host_verdict_name(enum host_verdict verdict);

#endif
