/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: what strangers send to the prober's listener, over a connection on loopback. */
#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "probe/listener.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
#define ANSWER "fedcba9876543210fedcba9876543210"
#define SITE "https://ops.example.org"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct event_base *loop;
static struct listener *listener;
static struct sockaddr_storage name;
static socklen_t name_length;
static bool seen;

static void on_seen(void *context, const struct addr *egress)
{
	(void)context;
	(void)egress;
	seen = true;
}

/* Once: a listener at a port that was free a moment ago. */
static void open_listener(void)
{
	struct target target = {.port = 0};
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (addr_parse("127.0.0.1", &target.addr) != 0)
		abort();
	name_length = addr_to_sockaddr(&target.addr, 0, &name);
	if (bind(fd, (struct sockaddr *)&name, name_length) != 0 ||
		getsockname(fd, (struct sockaddr *)&name, &name_length) != 0)
		abort();
	close(fd);
	target.port = (uint16_t)(((uint8_t *)&name)[2] << 8 | ((uint8_t *)&name)[3]);
	loop = event_base_new();
	if (listener_new(loop, &target, 1, SITE, &listener, &message) != 0)
		abort();
}

static bool contains(const uint8_t *octets, size_t length, const char *word)
{
	for (size_t i = 0; i + strlen(word) <= length; i++)
		if (memcmp(octets + i, word, strlen(word)) == 0)
			return true;
	return false;
}

/* The first octet says how the rest is cut into pieces. */
static size_t talk(int fd, const uint8_t *data, size_t size, uint8_t *heard_r, size_t room)
{
	size_t piece = size > 0 ? (size_t)data[0] * 8 + 1 : 1, length = 0;
	ssize_t more;

	for (size_t at = 1; at < size; at += piece) {
		size_t left = size - at;
		(void)!send(
			fd, data + at, left < piece ? left : piece, MSG_NOSIGNAL | MSG_DONTWAIT);
		event_base_loop(loop, EVLOOP_NONBLOCK);
	}
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 4; i++)
		event_base_loop(loop, EVLOOP_NONBLOCK);
	while (length < room &&
		(more = recv(fd, heard_r + length, room - length, MSG_DONTWAIT)) > 0)
		length += (size_t)more;
	return length;
}

/* Only who brings the token gets the answer, and nobody is told anything but that and who we are.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expectation expectation = {.token = TOKEN, .answer = ANSWER, .seen = on_seen};
	uint8_t heard[4096];

	if (loop == NULL)
		open_listener();
	seen = false;
	listener_expect(listener, &expectation);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&name, name_length) != 0)
		abort();
	event_base_loop(loop, EVLOOP_NONBLOCK);
	size_t length = talk(fd, data, size, heard, sizeof(heard));
	listener_forget(&expectation);
	close(fd);
	event_base_loop(loop, EVLOOP_NONBLOCK);
	if (seen && !contains(data, size, TOKEN))
		abort();
	if (contains(heard, length, ANSWER) && !seen)
		abort();
	if (length > 1024 || (length > 0 && !contains(heard, length, SITE)))
		abort();
	return 0;
}
