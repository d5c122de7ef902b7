/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of protocols. */
#include "probe/protocols.h"

#include "probe/proto_gateway.h"
#include "probe/proto_http.h"
#include "probe/proto_socks.h"

static const struct protocol_type *const types[PROTOCOL_COUNT] = {
	[PROTOCOL_HTTP_CONNECT] = &http_connect,
	[PROTOCOL_HTTP_CONNECT_10] = &http_connect_10,
	[PROTOCOL_HTTP_GET] = &http_get,
	[PROTOCOL_HTTP_POST] = &http_post,
	[PROTOCOL_HTTPS_CONNECT] = &https_connect,
	[PROTOCOL_SOCKS4] = &socks4,
	[PROTOCOL_SOCKS4A] = &socks4a,
	[PROTOCOL_SOCKS5] = &socks5,
	[PROTOCOL_GATEWAY] = &gateway,
};

const struct protocol_type *protocol_type(enum protocol protocol)
{
	return types[protocol];
}

bool protocol_can_name(enum protocol protocol, const struct target *target)
{
	return !types[protocol]->ipv4_only || addr_is_ipv4(&target->addr);
}
