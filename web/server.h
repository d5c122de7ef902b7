/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

struct server;
struct text;

/* Binds "ADDRESS:PORT", which may need root's privileges. ERR_IO with message_r. */
int server_bind(const char *listen, int *socket_r, struct text *message_r)
	__attribute__((warn_unused_result));

/* Serves the site in force (site.h) on a bound socket, with its own threads. Takes ownership of the
 * socket. ERR_IO or ERR_MEMORY. */
int server_start(int socket, struct server **server_r) __attribute__((warn_unused_result));

/* Closes the socket and all connections. */
void server_stop(struct server **server);

#endif
