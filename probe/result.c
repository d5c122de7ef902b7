/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of protocols, verdicts and targets. */
#include "probe/result.h"

#include "base/text.h"

static const char *const protocol_names[PROTOCOL_COUNT] = {
	[PROTOCOL_HTTP_CONNECT] = "HTTP CONNECT",
	[PROTOCOL_HTTP_CONNECT_10] = "HTTP/1.0 CONNECT",
	[PROTOCOL_HTTP_GET] = "HTTP GET",
	[PROTOCOL_HTTP_POST] = "HTTP POST",
	[PROTOCOL_HTTPS_CONNECT] = "HTTPS CONNECT",
	[PROTOCOL_SOCKS4] = "SOCKS4",
	[PROTOCOL_SOCKS4A] = "SOCKS4a",
	[PROTOCOL_SOCKS5] = "SOCKS5",
	[PROTOCOL_GATEWAY] = "telnet gateway",
};

static const char *const probe_verdict_names[PROBE_VERDICT_COUNT] = {
	[PROBE_OPEN] = "open",
	[PROBE_OPEN_ONE_WAY] = "open-one-way",
	[PROBE_AUTH_REQUIRED] = "auth-required",
	[PROBE_REFUSED] = "refused",
	[PROBE_NOT_A_PROXY] = "not-a-proxy",
	[PROBE_PORT_CLOSED] = "port-closed",
	[PROBE_FILTERED] = "filtered",
	[PROBE_UNREACHABLE] = "unreachable",
	[PROBE_NO_ANSWER] = "no-answer",
	[PROBE_CANNOT_REACH_TARGET] = "cannot-reach-target",
	[PROBE_LIAR] = "liar",
	[PROBE_LOCAL_ERROR] = "local-error",
};

static const char *const host_verdict_names[] = {
	[HOST_OPEN] = "open",
	[HOST_CLOSED] = "closed",
	[HOST_UNREACHABLE] = "unreachable",
	[HOST_INCONCLUSIVE] = "inconclusive",
	[HOST_VOID] = "void",
};

bool probe_was_connected(const struct probe_result *probe)
{
	if (probe->cut_off && probe->target.port == 0)
		return false;
	return probe->verdict != PROBE_PORT_CLOSED && probe->verdict != PROBE_FILTERED &&
	       probe->verdict != PROBE_UNREACHABLE && probe->verdict != PROBE_LOCAL_ERROR;
}

void target_format(const struct target *target, char text_r[TARGET_TEXT_SIZE])
{
	char address[ADDR_TEXT_SIZE];
	struct text text = text_over(text_r, TARGET_TEXT_SIZE);

	if (target->port == 0)
		return;
	addr_format(&target->addr, address);
	text_add_format(&text, addr_is_ipv4(&target->addr) ? "%s:%u" : "[%s]:%u", address,
		(unsigned)target->port);
}

const char *protocol_name(enum protocol protocol)
{
	return protocol_names[protocol];
}

const char *probe_verdict_name(enum probe_verdict verdict)
{
	return probe_verdict_names[verdict];
}

const char *host_verdict_name(enum host_verdict verdict)
{
	return host_verdict_names[verdict];
}
