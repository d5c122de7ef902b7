/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_PROTO_HTTP_H
#define PROBE_PROTO_HTTP_H

#include "probe/exchange.h"

extern const struct protocol_type http_connect;    /* RFC 9110, 9.3.6 */
extern const struct protocol_type http_connect_10; /* with the version number of RFC 1945 */
extern const struct protocol_type https_connect;   /* inside TLS to the proxy */
extern const struct protocol_type http_get;        /* RFC 9112, 3.2.2: absolute form */
extern const struct protocol_type http_post;

#endif
