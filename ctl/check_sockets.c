/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of opsctl check that connect to the filter and to the site. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmilter/mfdef.h>
#include <netdb.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/socket_name.h"
#include "ctl/check_parts.h"
#include "ctl/check_report.h"

/* Time limit for the whole negotiation; check_filter() names it. */
#define LIMIT_MSECS 5000

/* A packet: its length without these four octets, its command, and three numbers (mfdef.h). */
#define PACKET_SIZE (MILTER_LEN_BYTES + 1 + MILTER_OPTLEN)

/* A connection to the filter, and its deadline by the monotonic clock. */
struct conversation {
	int fd;
	int64_t until_msecs;
};

/* Waits for the socket; ERR_TIMEOUT at the deadline. */
static int wait_for(const struct conversation *talk, short events)
{
	struct pollfd socket = {.fd = talk->fd, .events = events};
	int64_t left_msecs = talk->until_msecs - clock_monotonic_msecs();
	int ready = left_msecs > 0 ? poll(&socket, 1, (int)left_msecs) : 0;

	if (ready == 0)
		return ERR_TIMEOUT;
	return ready < 0 && errno != EINTR ? ERR_IO : ERR_NONE;
}

static int connect_to(struct conversation *talk, const struct sockaddr *address, socklen_t length)
{
	int error = 0;
	socklen_t size = sizeof(error);

	talk->fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (talk->fd < 0)
		return ERR_IO;
	if (connect(talk->fd, address, length) == 0)
		return ERR_NONE;
	if (errno != EINPROGRESS)
		return ERR_IO;
	int err = wait_for(talk, POLLOUT);
	if (err != ERR_NONE)
		return err;
	if (getsockopt(talk->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0)
		return ERR_NONE;
	errno = error;
	return ERR_IO;
}

/* Offers what a mail server offers: version 6, with all actions and steps that it may ask for. */
static int offer(const struct conversation *talk)
{
	const uint32_t numbers[] = {
		htonl(1 + MILTER_OPTLEN), htonl(SMFI_PROT_VERSION), htonl(0x1ff), htonl(0x1fffff)};
	char packet[PACKET_SIZE];

	memcpy(packet, &numbers[0], MILTER_LEN_BYTES);
	packet[MILTER_LEN_BYTES] = SMFIC_OPTNEG;
	memcpy(packet + MILTER_LEN_BYTES + 1, &numbers[1], MILTER_OPTLEN);
	/* A fresh socket has room for 17 octets. */
	return send(talk->fd, packet, sizeof(packet), MSG_NOSIGNAL) == (ssize_t)sizeof(packet)
		       ? ERR_NONE
		       : ERR_IO;
}

/* Reads the answer's start: ERR_SYNTAX when it is not that of a milter, ERR_STOPPED at its end. */
static int read_answer(const struct conversation *talk, uint32_t *version_r)
{
	char packet[PACKET_SIZE];
	size_t got = 0;
	uint32_t length;

	while (got < sizeof(packet)) {
		int err = wait_for(talk, POLLIN);
		if (err != ERR_NONE)
			return err;
		ssize_t step = recv(talk->fd, packet + got, sizeof(packet) - got, 0);
		if (step == 0)
			return ERR_STOPPED;
		if (step < 0 && errno != EAGAIN && errno != EINTR)
			return ERR_IO;
		got += step > 0 ? (size_t)step : 0;
	}
	memcpy(&length, packet, sizeof(length));
	memcpy(version_r, packet + MILTER_LEN_BYTES + 1, sizeof(*version_r));
	*version_r = ntohl(*version_r);
	return ntohl(length) >= 1 + MILTER_OPTLEN && packet[MILTER_LEN_BYTES] == SMFIC_OPTNEG
		       ? ERR_NONE
		       : ERR_SYNTAX;
}

static int negotiate(const struct sockaddr *address, socklen_t length, uint32_t *version_r)
{
	static const char quit[] = {0, 0, 0, 1, SMFIC_QUIT};
	struct conversation talk = {.fd = -1, .until_msecs = clock_monotonic_msecs() + LIMIT_MSECS};
	int err = connect_to(&talk, address, length);

	if (err == ERR_NONE)
		err = offer(&talk);
	if (err == ERR_NONE)
		err = read_answer(&talk, version_r);
	int saved_errno = errno;
	if (err == ERR_NONE)
		(void)!send(talk.fd, quit, sizeof(quit), MSG_NOSIGNAL);
	if (talk.fd >= 0)
		close(talk.fd);
	errno = saved_errno;
	return err;
}

static int negotiate_unix(const struct socket_name *name, uint32_t *version_r)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	text_copy(address.sun_path, sizeof(address.sun_path), name->path);
	return negotiate((const struct sockaddr *)&address, sizeof(address), version_r);
}

/* A name without a host means every address of this machine; the loopback address is tried. */
static int negotiate_inet(const struct socket_name *name, uint32_t *version_r)
{
	const struct addrinfo hints = {.ai_family = name->family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;

	if (getaddrinfo(name->host[0] != '\0' ? name->host : NULL, name->port, &hints, &found) != 0)
		return ERR_NOT_FOUND;
	int err = negotiate(found->ai_addr, found->ai_addrlen, version_r);
	int saved_errno = errno;
	freeaddrinfo(found);
	errno = saved_errno;
	return err;
}

/* What prevents opsmilter from creating a unix socket; NULL: nothing. */
static const char *unix_obstacle(const struct socket_name *name)
{
	char folder[sizeof(name->path)];
	struct stat status;

	if (!name->is_unix)
		return NULL;
	if (stat(name->path, &status) == 0)
		return S_ISSOCK(status.st_mode)
			       ? NULL
			       : "it is not a socket: move it away, then start opsmilter";
	text_copy(folder, sizeof(folder), name->path);
	char *slash = strrchr(folder, '/');
	if (slash == NULL || slash == folder)
		return NULL;
	*slash = '\0';
	return stat(folder, &status) != 0 && errno == ENOENT
		       ? "its folder is missing: create it with milter.user as owner, then start "
			 "opsmilter"
		       : NULL;
}

static const char *how_to_start(const struct socket_name *name, int error)
{
	const char *obstacle = unix_obstacle(name);

	if (obstacle != NULL)
		return obstacle;
	return error == EACCES ? "run opsctl as root, or as a member of the socket's group"
			       : "start opsmilter, and read its log if it ends";
}

void check_filter(const struct conf *conf)
{
	static const char look[] = "read opsmilter's log, and restart it";
	static const struct {
		int err;
		const char *text, *fix;
	} failures[] = {
		{ERR_NOT_FOUND, "the host has no address",
			"set milter.socket to a host that has an address"},
		{ERR_TIMEOUT, "no answer within 5 seconds", look},
		{ERR_STOPPED, "the connection was closed without an answer", look},
		{ERR_SYNTAX, "the answer is not that of a milter",
			"another program uses this socket: set milter.socket to a free one"},
	};
	const char *socket = conf->milter.socket;
	char buffer[256];
	struct text why = TEXT_OVER(buffer);
	struct socket_name name;
	uint32_t version;

	if (socket_name_parse(socket, &name, &why) != ERR_NONE) {
		check_say(CHECK_FAILED, "filter", NULL, "%s: %s", socket, buffer);
		return;
	}
	int err = name.is_unix ? negotiate_unix(&name, &version) : negotiate_inet(&name, &version);
	const char *text = strerror(errno), *fix = how_to_start(&name, errno);
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		if (failures[i].err == err) {
			text = failures[i].text;
			fix = failures[i].fix;
		}
	}
	if (err == ERR_NONE)
		check_say(CHECK_OK, "filter", NULL, "%s: answers, milter protocol version %u",
			socket, version);
	else
		check_say(CHECK_FAILED, "filter", fix, "%s: %s", socket, text);
}

void check_site(const struct conf *conf)
{
	const char *listen = conf->web.listen;
	struct conversation talk = {.fd = -1, .until_msecs = clock_monotonic_msecs() + LIMIT_MSECS};
	struct sockaddr_storage address;
	struct addr addr;
	uint16_t port;

	if (addr_parse_endpoint(listen, &addr, &port) != ERR_NONE)
		return; /* the configuration was checked */
	socklen_t length = addr_to_sockaddr(&addr, port, &address);
	if (connect_to(&talk, (const struct sockaddr *)&address, length) == ERR_NONE)
		check_say(CHECK_OK, "site", NULL, "%s: a program listens", listen);
	else
		check_say(CHECK_NOTE, "site", "start opsweb to answer visitors",
			"%s: opsweb is not running", listen);
	if (talk.fd >= 0)
		close(talk.fd);
}
