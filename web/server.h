/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

struct server;
struct text;

/* An upload may have so many octets: a spam copy and the rest of its form. */
#define SERVER_UPLOAD_MAX ((size_t)1024 * 1024 + 64 * 1024)
/* Other forms have so many. */
#define SERVER_FORM_MAX ((size_t)16 * 1024)
/* A form that says it has more than this is not even read to its end, to be answered with a page.
 */
#define SERVER_READ_MAX ((size_t)8 * 1024 * 1024)

/* Binds "ADDRESS:PORT". For root, before it gives its rights up. ERR_IO with message_r. */
int server_bind(const char *listen, int *socket_r, struct text *message_r)
	__attribute__((warn_unused_result));

/* Serves the site in force (site.h) on a bound socket, which it takes over, with threads of its
 * own. ERR_IO or ERR_MEMORY. */
int server_start(int socket, struct server **server_r) __attribute__((warn_unused_result));

/* Lets what is under way end, for a moment. */
void server_stop(struct server **server);

#endif
