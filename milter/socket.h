/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_SOCKET_H
#define MILTER_SOCKET_H

#include <sys/types.h>

struct text;

/* Whose a unix socket is and who may use it. */
struct socket_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* uid and gid of a socket that stays whose it is. */
#define SOCKET_SAME_OWNER ((uid_t)-1)
#define SOCKET_SAME_GROUP ((gid_t)-1)

/*
 * Opens the filter's socket for libmilter, while the process may. A unix socket that a killed
 * predecessor left is taken over; one that a living program answers on is not, and neither is any
 * other file. A port is tried first, as libmilter tells no reasons. name is one that
 * socket_name_parse() takes. message_r says what is wrong and what would be right.
 */
int socket_open(const char *name, const struct socket_owner *owner, struct text *message_r)
	__attribute__((warn_unused_result));

/* Makes a connection to the socket and hangs up, so that libmilter's listener looks up. */
void socket_wake(void);

/* Removes the unix socket that socket_open() made; best effort, as the folder may be another's. */
void socket_remove(void);

#endif
