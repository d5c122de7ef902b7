/* SPDX-License-Identifier: BSD-2-Clause */
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

#include "base/err.h"
#include "base/text.h"
#include "conf/socket_name.h"

/* Connections that may wait to be taken: as many as sessions at once are foreseen. */
#define BACKLOG 1024

/* The socket that was opened. */
static struct socket_name opened;

/*
 * 0, or the errno that tells why nobody can be reached there. The connection is closed at once. It
 * has to be made soon, as a program that listens and takes none would hold this one up.
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

static void knock_at_port(const struct socket_name *name)
{
	struct addrinfo hints = {.ai_family = name->family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;

	/* Without a host this finds the loopback address. */
	if (getaddrinfo(name->host[0] == '\0' ? NULL : name->host, name->port, &hints, &found) != 0)
		return;
	(void)knock(found->ai_family, found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
}

static int say(struct text *message_r, int err, const char *path, const char *what)
{
	text_add_format(message_r, "%s: %s", path, what);
	return err;
}

/* Makes way for a unix socket. */
static int clear_path(const char *path, struct text *message_r)
{
	struct stat status;

	if (lstat(path, &status) != 0) {
		if (errno != ENOENT)
			return say(message_r, ERR_IO, path, strerror(errno));
		return ERR_NONE;
	}
	if (!S_ISSOCK(status.st_mode))
		return say(message_r, ERR_EXISTS, path,
			"there is a file, and it is not a socket; remove it, or name another path");
	if (knock_at_path(path) != ECONNREFUSED)
		return say(message_r, ERR_EXISTS, path,
			"another program listens on this socket; end it, or name another path");
	if (unlink(path) != 0)
		return say(message_r, ERR_IO, path, strerror(errno));
	return ERR_NONE;
}

static int check_folder(const char *path, struct text *message_r)
{
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat status;

	text_copy(folder, sizeof(folder), path);
	char *slash = strrchr(folder, '/');
	if (slash == NULL)
		return ERR_NONE;
	slash[slash == folder] = '\0';
	if (stat(folder, &status) != 0) {
		text_add_format(message_r,
			"%s: the folder of the socket: %s; make it, for the user of opsmilter to "
			"write in",
			folder, strerror(errno));
		return ERR_IO;
	}
	if (!S_ISDIR(status.st_mode))
		return say(
			message_r, ERR_IO, folder, "not a folder, so no socket can be made in it");
	if (access(folder, W_OK | X_OK) != 0) {
		text_add_format(message_r,
			"%s: the folder of the socket: %s; the user of opsmilter must be able to "
			"write in it",
			folder, strerror(errno));
		return ERR_IO;
	}
	return ERR_NONE;
}

/* Binds as libmilter is about to, for the reason if that fails. */
static int try_port(const struct socket_name *name, const char *shown, struct text *message_r)
{
	struct addrinfo hints = {
		.ai_family = name->family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	struct addrinfo *found = NULL;
	int on = 1;
	int failed =
		getaddrinfo(name->host[0] == '\0' ? NULL : name->host, name->port, &hints, &found);

	if (failed != 0) {
		text_add_format(message_r, "%s: %s; an address of this machine is wanted", shown,
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
	freeaddrinfo(found);
	if (free_port)
		return ERR_NONE;
	text_add_format(message_r, "%s: %s%s", shown, strerror(reason),
		reason == EADDRINUSE ? "; end the program that has the port, or name another" : "");
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
 * The socket has its mode from birth, and the path is not followed: whoever may write in the folder
 * could put a link to another's file there in the meantime, for root to give it away.
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
			"%s: libmilter cannot listen there; the system's log tells why", name);
		return ERR_IO;
	}
	opened = parsed;
	if (!parsed.is_unix)
		return ERR_NONE;
	return set_owner(parsed.path, owner, message_r);
}

void socket_wake(void)
{
	if (opened.is_unix)
		(void)knock_at_path(opened.path);
	else if (opened.port[0] != '\0')
		knock_at_port(&opened);
}

void socket_remove(void)
{
	if (opened.is_unix)
		(void)unlink(opened.path);
	opened = (struct socket_name){0};
}
