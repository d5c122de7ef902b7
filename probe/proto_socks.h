/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_PROTO_SOCKS_H
#define PROBE_PROTO_SOCKS_H

#include "probe/exchange.h"

extern const struct protocol_type socks4;
extern const struct protocol_type socks4a;
extern const struct protocol_type socks5; /* RFC 1928 */

#endif
