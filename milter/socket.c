/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket of the filter: opened, reached and removed. */
#include "milter/socket.h"

#include <errno.h>
#include <libmilter/mfapi.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/socket_name.h"

/* Connections that may wait to be accepted: as many as there may be sessions. */
#define BACKLOG 1024

/* The socket that was opened. */
static struct socket_name opened;

/*
 * Connects and closes the connection: 0, or the errno of the failure. The time is limited, because
 * a program may listen but accept nothing.
 */
static int knock(int family, const struct sockaddr *address, socklen_t size)
{
	static const struct timeval soon = {.tv_usec = 200000};
	int fd = socket(family, SOCK_STREAM, 0);

	if (fd < 0)
		return errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	int reason = connect(fd, address, size) == 0 ? 0 : errno;
	close(fd);
	return reason;
}

static int knock_at_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	text_copy(address.sun_path, sizeof(address.sun_path), path);
	return knock(AF_UNIX, (struct sockaddr *)&address, sizeof(address));
}

/* The address of a port. Without a host it is the loopback address, or with AI_PASSIVE any address.
 * 0, or an error for gai_strerror(). */
static int find_address(const struct socket_name *name, int flags, struct addrinfo **found_r)
{
	struct addrinfo hints = {
		.ai_family = name->family, .ai_socktype = SOCK_STREAM, .ai_flags = flags};

	return getaddrinfo(name->host[0] == '\0' ? NULL : name->host, name->port, &hints, found_r);
}

static int fail(struct text *message_r, int err, const char *path, const char *what)
{
	text_add_format(message_r, "%s: %s", path, what);
	return err;
}

/* Removes the unix socket of a filter that was killed. */
static int clear_path(const char *path, struct text *message_r)
{
	struct stat status;

	if (lstat(path, &status) != 0)
		return errno == ENOENT ? ERR_NONE : fail(message_r, ERR_IO, path, strerror(errno));
	if (!S_ISSOCK(status.st_mode))
		return fail(message_r, ERR_EXISTS, path,
			"the file exists and is not a socket; remove it, or set another path");
	if (knock_at_path(path) != ECONNREFUSED)
		return fail(message_r, ERR_EXISTS, path,
			"another program listens on this socket; end it, or set another path");
	return unlink(path) == 0 ? ERR_NONE : fail(message_r, ERR_IO, path, strerror(errno));
}

static int check_folder(const char *path, struct text *message_r)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path) + 2];

	text_copy(folder, sizeof(folder), path);
	char *end = strrchr(folder, '/') + 1;
	text_copy(end, 2, "."); /* "DIR/." must be a folder */
	if (access(folder, W_OK | X_OK) == 0)
		return ERR_NONE;
	int reason = errno;
	end[end - folder > 1 ? -1 : 0] = '\0';
	text_add_format(message_r,
		"%s: the folder of the socket: %s; it must exist, and the user of opsmilter must "
		"be able to write in it",
		folder, strerror(reason));
	return ERR_IO;
}

/* The protocol of milters has no passwords. */
static void warn_of_strangers(const struct sockaddr *name, const char *shown)
{
	struct addr addr;

	if (addr_from_sockaddr(name, &addr) == ERR_NONE && !addr_is_loopback(&addr))
		log_warning(
			"milter.socket: other machines may reach %s; a program that does so can "
			"write hits and crash the filter, so a firewall should admit only the "
			"mail server",
			shown);
}

/* Binds the port as libmilter will, to know the reason if that fails. */
static int try_port(const struct socket_name *name, const char *shown, struct text *message_r)
{
	struct addrinfo *found = NULL;
	int on = 1;
	int failed = find_address(name, AI_PASSIVE, &found);

	if (failed != 0) {
		text_add_format(message_r, "%s: %s; expected an address of this machine", shown,
			gai_strerror(failed));
		return ERR_IO;
	}
	int fd = socket(found->ai_family, found->ai_socktype, 0);
	bool free_port = fd >= 0 &&
			 setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
			 bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1) == 0;
	int reason = errno;
	if (fd >= 0)
		close(fd);
	warn_of_strangers(found->ai_addr, shown);
	freeaddrinfo(found);
	if (free_port)
		return ERR_NONE;
	text_add_format(message_r, "%s: %s%s", shown, strerror(reason),
		reason == EADDRINUSE ? "; end the program that uses the port, or set another one"
				     : "");
	return ERR_IO;
}

static int prepare(const struct socket_name *name, const char *shown, struct text *message_r)
{
	if (!name->is_unix)
		return try_port(name, shown, message_r);
	int err = check_folder(name->path, message_r);
	return err == ERR_NONE ? clear_path(name->path, message_r) : err;
}

/*
 * The socket was made with its mode. A symbolic link is not followed: someone who may write in the
 * folder could have replaced the socket with a link to a file of another user.
 */
static int set_owner(const char *path, const struct socket_owner *owner, struct text *message_r)
{
	if (lchown(path, owner->uid, owner->gid) == 0)
		return ERR_NONE;
	text_add_format(message_r, "%s: cannot set owner and group of the socket: %s", path,
		strerror(errno));
	return ERR_IO;
}

int socket_open(const char *name, const struct socket_owner *owner, struct text *message_r)
{
	struct socket_name parsed;
	char buffer[sizeof(parsed.path) + sizeof(parsed.host)];
	struct text spelled = TEXT_OVER(buffer);
	int err = socket_name_parse(name, &parsed, message_r);

	if (err == ERR_NONE)
		err = prepare(&parsed, name, message_r);
	if (err != ERR_NONE)
		return err;
	socket_name_format_libmilter(&parsed, &spelled);
	smfi_setbacklog(BACKLOG);
	mode_t mask = umask(0777 & ~owner->mode);
	bool listens = smfi_setconn(buffer) == MI_SUCCESS && smfi_opensocket(false) == MI_SUCCESS;
	umask(mask);
	if (!listens) {
		text_add_format(message_r,
			"%s: libmilter cannot listen on this socket; the system log says why",
			name);
		return ERR_IO;
	}
	opened = parsed;
	if (!parsed.is_unix)
		return ERR_NONE;
	return set_owner(parsed.path, owner, message_r);
}

void socket_wake(void)
{
	struct addrinfo *found = NULL;

	if (opened.is_unix) {
		(void)knock_at_path(opened.path);
	} else if (opened.port[0] != '\0' && find_address(&opened, 0, &found) == 0) {
		(void)knock(found->ai_family, found->ai_addr, found->ai_addrlen);
		freeaddrinfo(found);
	}
}

void socket_remove(void)
{
	if (opened.is_unix)
		(void)unlink(opened.path);
	opened = (struct socket_name){0};
}
