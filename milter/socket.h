/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_SOCKET_H
#define MILTER_SOCKET_H

#include <sys/types.h>

struct text;

/* Owner, group and mode of a unix socket. */
struct socket_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* uid and gid that change nothing. */
#define SOCKET_SAME_OWNER ((uid_t)-1)
#define SOCKET_SAME_GROUP ((gid_t)-1)

/*
 * Opens the filter's socket for libmilter. A unix socket on which no program listens is replaced;
 * one on which a program listens is an error, and so is any other file. A port is bound once
 * before, because libmilter gives no reasons. name is one for socket_name_parse(). On failure
 * message_r says what is wrong and what would be right.
 */
int socket_open(const char *name, const struct socket_owner *owner, struct text *message_r)
	__attribute__((warn_unused_result));

/* Connects to the socket and closes the connection, which wakes libmilter's listener. */
void socket_wake(void);

/* Removes the unix socket that socket_open() made, if the folder permits it. */
void socket_remove(void);

#endif
