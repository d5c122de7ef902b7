/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_SOCKET_NAME_H
#define CONF_SOCKET_NAME_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

struct text;

/* A parsed socket name. */
struct socket_name {
	bool is_unix;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* of a unix socket */
	int family;                                             /* AF_INET or AF_INET6 */
	char host[256];                                         /* empty: every address */
	char port[6];
};

/*
 * Reads unix:PATH, local:PATH, a bare path, inet:PORT, inet:PORT@HOST, inet6:PORT@HOST, or
 * Postfix's inet:HOST:PORT (with IPv6 in brackets). ERR_SYNTAX or ERR_RANGE, and why_r says what
 * would be right.
 */
int socket_name_parse(const char *string, struct socket_name *name_r, struct text *why_r)
	__attribute__((warn_unused_result));

/* Writes the name as smfi_setconn() takes it. */
void socket_name_format_libmilter(const struct socket_name *name, struct text *text_r);

#endif
