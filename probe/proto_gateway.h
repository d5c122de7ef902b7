/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_PROTO_GATEWAY_H
#define PROBE_PROTO_GATEWAY_H

#include "probe/exchange.h"

/* Telnet to a prompt at which a host is named, and from there on to that host. */
extern const struct protocol_type gateway;

#endif
