/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals as requests to the main thread. */
#include "milter/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

/* Handlers write to this pipe, signals_wait() reads from it. */
static int requests[2];

static void request(enum signal_request what)
{
	char octet = (char)what;
	int saved = errno;

	/* A full pipe has enough requests. */
	while (write(requests[1], &octet, 1) < 0 && errno == EINTR)
		continue;
	errno = saved;
}

static void handle(int number)
{
	request(number == SIGHUP ? SIGNAL_RELOAD : SIGNAL_STOP);
}

static int make_pipe(void)
{
	if (pipe(requests) != 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		if (fcntl(requests[i], F_SETFD, FD_CLOEXEC) != 0)
			return -1;
	}
	return fcntl(requests[1], F_SETFL, O_NONBLOCK);
}

int signals_install(void)
{
	static const int handled[] = {SIGHUP, SIGTERM, SIGINT};
	/* SA_NODEFER: a signal that is blocked during its handler is delivered to libmilter's
	 * thread. */
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_NODEFER | SA_RESTART};

	if (make_pipe() != 0)
		return -1;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++) {
		if (sigaction(handled[i], &action, NULL) != 0)
			return -1;
	}
	action.sa_handler = SIG_IGN;
	return sigaction(SIGPIPE, &action, NULL);
}

enum signal_request signals_wait(void)
{
	struct pollfd ready = {.fd = requests[0], .events = POLLIN};
	char octet;

	/* poll() first: the thread sanitizer does not deliver signals during this read(). */
	while (poll(&ready, 1, -1) != 1 || read(requests[0], &octet, 1) != 1)
		continue;
	return (enum signal_request)octet;
}

void signals_stop(void)
{
	request(SIGNAL_STOP);
}
