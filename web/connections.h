/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_CONNECTIONS_H
#define WEB_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

/* Connections in all, and of one client. Web servers in front of the site have many visitors. */
#define CONNECTIONS_MAX 512
#define CONNECTIONS_OF_CLIENT 32

/*
 * The site's open connections. Each has a deadline that nothing but progress moves: who sends a
 * request octet by octet, or takes an answer so, is cut off. Any thread.
 */
struct connections;
struct connection;

/* Starts the thread that looks after deadlines. ERR_MEMORY or ERR_IO. */
int connections_new(struct connections **connections_r) __attribute__((warn_unused_result));

/* All connections are closed. */
void connections_free(struct connections **connections);

/* Whether one more is taken from a client; exempt ones count only among all. */
bool connections_admit(struct connections *connections, const struct addr *client, bool exempt);

/* A socket that was admitted, until connection_close(), which comes before the socket is closed.
 * NULL when there is no room. */
struct connection *connection_open(
	struct connections *connections, int socket, const struct addr *client);
void connection_close(struct connections *connections, struct connection *connection);

/* From now on it has so long. */
void connection_set_deadline(
	struct connections *connections, struct connection *connection, int secs);

#endif
