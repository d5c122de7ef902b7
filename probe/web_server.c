/* SPDX-License-Identifier: BSD-2-Clause */
/* Ordinary web servers among the suspects. */
#include "probe/web_server.h"

static bool says_no(enum probe_verdict connect, enum probe_verdict page)
{
	if (page == PROBE_LIAR && (connect == PROBE_REFUSED || connect == PROBE_AUTH_REQUIRED))
		return true;
	return connect == PROBE_NOT_A_PROXY;
}

/* Whether there was a CONNECT at the port of a page, and each was a definite no. */
static bool connect_says_no(
	const struct probe_result *results, size_t count, const struct probe_result *page)
{
	bool found = false;

	for (size_t i = 0; i < count; i++) {
		const struct probe_port *port = &results[i].port;
		if (port->port != page->port.port ||
			(port->protocol != PROTOCOL_HTTP_CONNECT &&
				port->protocol != PROTOCOL_HTTP_CONNECT_10))
			continue;
		if (!says_no(results[i].verdict, page->verdict))
			return false;
		found = true;
	}
	return found;
}

bool web_server_answered(const struct probe_result *results, size_t count, size_t index)
{
	const struct probe_result *page = &results[index];

	if (page->port.protocol != PROTOCOL_HTTP_GET && page->port.protocol != PROTOCOL_HTTP_POST)
		return false;
	if (page->verdict != PROBE_LIAR && page->verdict != PROBE_CANNOT_REACH_TARGET)
		return false;
	return page->as_web_server && connect_says_no(results, count, page);
}
