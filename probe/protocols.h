/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_PROTOCOLS_H
#define PROBE_PROTOCOLS_H

#include <stdbool.h>

#include "probe/result.h"

struct protocol_type;

/* How a protocol is spoken, for exchange_begin(). */
const struct protocol_type *protocol_type(enum protocol protocol);

/* Whether a protocol can name such a target: SOCKS4 has room for IPv4 only. */
bool protocol_can_name(enum protocol protocol, const struct target *target);

#endif
