/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_CONNECTIONS_H
#define WEB_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* Connections in all, and per client. A proxy in front of the site has many visitors. */
#define CONNECTIONS_MAX 512
#define CONNECTIONS_OF_CLIENT 32

/*
 * The site's open connections. Each has a deadline on the monotonic clock that only progress moves:
 * a client that sends its request, or reads its answer, octet by octet is cut off. Any thread.
 */
struct connections;
struct connection;

/* Starts the thread that enforces the deadlines. ERR_MEMORY or ERR_IO. */
int connections_new(struct connections **connections_r) __attribute__((warn_unused_result));

/* All connections must have been closed. */
void connections_free(struct connections **connections);

/* Whether a client may open one more; with `exempt` only the number in all counts. */
bool connections_admit(struct connections *connections, const struct addr *client, bool exempt);

/* Adds the socket of an admitted client, until connection_close(), which must be called before the
 * socket is closed. NULL if there is no room. */
struct connection *connection_open(
	struct connections *connections, int socket, const struct addr *client);
void connection_close(struct connections *connections, struct connection *connection);

/* Moves the deadline to this many seconds from now. */
void connection_set_deadline(
	struct connections *connections, struct connection *connection, int secs);

#endif
