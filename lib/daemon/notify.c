/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to the service manager. */
#include "daemon/notify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* False if nobody wants to be told, or the name is not one of a unix socket. */
static bool find_socket(struct sockaddr_un *address_r, socklen_t *size_r)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t length = name == NULL ? 0 : strlen(name);

	*address_r = (struct sockaddr_un){.sun_family = AF_UNIX};
	*size_r = 0;
	if (length < 2 || length >= sizeof(address_r->sun_path))
		return false;
	if (name[0] != '/' && name[0] != '@')
		return false;
	memcpy(address_r->sun_path, name, length);
	if (name[0] == '@')
		address_r->sun_path[0] = '\0';
	*size_r = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return true;
}

static void notify(const char *state)
{
	struct sockaddr_un address;
	socklen_t size;

	if (!find_socket(&address, &size))
		return;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)!sendto(
		fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, size);
	close(fd);
}

void notify_ready(void)
{
	notify("READY=1");
}

void notify_reloading(void)
{
	notify("RELOADING=1");
}

void notify_stopping(void)
{
	notify("STOPPING=1");
}
