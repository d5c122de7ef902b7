/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMTP clients: many at once from one thread, each from an address of 127.0.0.0/8 in turn, up to
 * the reply to RCPT. Every second client may come from a second range, that of listed hosts.
 * usage: smtp PORT AT_ONCE SECONDS FIRST COUNT [LISTED_FIRST], addresses as 127.64.0.0
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS_MAX 512
#define STALL_MSECS 15000

/* What is said after each reply, and the reply that it takes to go on. */
static const struct {
	char awaited;
	const char *say;
} steps[] = {
	{'2', "EHLO client.example\r\n"},
	{'2', "MAIL FROM:<sender@from.example>\r\n"},
	{'2', "RCPT TO:<user@rcpt.example>\r\n"},
	{0, "QUIT\r\n"},
};

#define STEP_COUNT (sizeof(steps) / sizeof(steps[0]))

struct session {
	int fd;
	bool listed;
	size_t step;
	size_t got;
	char reply[4096];
};

static struct {
	long accepted, refused, wrong, failed, started; /* wrong: the other of the two was due */
} result;

static struct session sessions[SESSIONS_MAX];
static struct sockaddr_in server = {.sin_family = AF_INET};
static uint32_t first, listed_first;
static unsigned range;
static int at_once, poller;
static double deadline;

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "smtp: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void bind_to_next_client(struct session *session)
{
	struct sockaddr_in client = {.sin_family = AF_INET};
	uint32_t number = (uint32_t)(result.started / 2) % range;

	session->listed = listed_first != 0 && result.started % 2 == 0;
	client.sin_addr.s_addr = htonl((session->listed ? listed_first : first) + number);
	if (bind(session->fd, (struct sockaddr *)&client, sizeof(client)) != 0)
		die("bind");
}

static void start_session(struct session *session)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};

	session->step = 0;
	session->got = 0;
	session->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (session->fd < 0)
		die("socket");
	bind_to_next_client(session);
	result.started++;
	if (connect(session->fd, (struct sockaddr *)&server, sizeof(server)) != 0)
		die("connect");
	if (epoll_ctl(poller, EPOLL_CTL_ADD, session->fd, &event) != 0)
		die("epoll_ctl");
}

static void next_session(struct session *session)
{
	close(session->fd);
	session->fd = -1;
	if (now_seconds() < deadline)
		start_session(session);
}

static void fail_session(struct session *session, const char *what)
{
	if (result.failed++ < 5)
		fprintf(stderr, "smtp: step %zu: %s\n", session->step, what);
	next_session(session);
}

/* The last line of the reply that is there: the one with a space behind its code; or NULL. */
static const char *last_line(struct session *session)
{
	char *line = session->reply;

	session->reply[session->got] = '\0';
	for (char *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
		if (end - line >= 4 && line[3] == ' ')
			return line;
	return NULL;
}

/* The reply to RCPT; false if it is neither of the two that may come. */
static bool count_outcome(const struct session *session, const char *line)
{
	bool accepted = line[0] == '2';
	bool refused = strncmp(line, "550 5.7.1", 9) == 0 || strncmp(line, "554 5.7.1", 9) == 0;

	result.accepted += accepted;
	result.refused += refused;
	result.wrong += session->listed ? accepted : refused;
	return accepted || refused;
}

static void take_reply(struct session *session, const char *line)
{
	const char *say = steps[session->step].say;
	bool is_last = session->step + 1 == STEP_COUNT;

	if (is_last ? !count_outcome(session, line) : line[0] != steps[session->step].awaited) {
		fail_session(session, line);
		return;
	}
	if (send(session->fd, say, strlen(say), MSG_NOSIGNAL) < 0) {
		fail_session(session, strerror(errno));
		return;
	}
	session->got = 0;
	if (++session->step == STEP_COUNT)
		next_session(session);
}

static void take_event(struct session *session)
{
	ssize_t count = recv(session->fd, session->reply + session->got,
		sizeof(session->reply) - 1 - session->got, 0);

	if (count <= 0) {
		fail_session(session, "the server hung up");
		return;
	}
	session->got += (size_t)count;
	const char *line = last_line(session);
	if (line != NULL)
		take_reply(session, line);
}

static int count_open(void)
{
	int count = 0;

	for (int i = 0; i < at_once; i++)
		count += sessions[i].fd >= 0;
	return count;
}

static void run(void)
{
	struct epoll_event events[SESSIONS_MAX];

	for (int i = 0; i < at_once; i++)
		start_session(&sessions[i]);
	while (count_open() > 0) {
		int count = epoll_wait(poller, events, SESSIONS_MAX, STALL_MSECS);
		if (count == 0) {
			result.failed += count_open();
			return;
		}
		for (int i = 0; i < count; i++)
			take_event(events[i].data.ptr);
	}
}

static uint32_t parse_address(const char *text)
{
	struct in_addr address;

	if (inet_pton(AF_INET, text, &address) != 1)
		die(text);
	return ntohl(address.s_addr);
}

int main(int count, char **values)
{
	if (count != 6 && count != 7) {
		fputs("usage: smtp PORT AT_ONCE SECONDS FIRST COUNT [LISTED_FIRST]\n", stderr);
		return 2;
	}
	server.sin_port = htons((uint16_t)atoi(values[1]));
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at_once = atoi(values[2]);
	first = parse_address(values[4]);
	range = (unsigned)atoi(values[5]);
	listed_first = count == 7 ? parse_address(values[6]) : 0;
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (at_once < 1 || at_once > SESSIONS_MAX || range < 1 || poller < 0)
		die("start");
	double start = now_seconds();
	deadline = start + atof(values[3]);
	run();
	double seconds = now_seconds() - start;
	long done = result.accepted + result.refused;
	printf("seconds=%.3f sessions=%ld rate=%.0f accepted=%ld refused=%ld wrong=%ld "
	       "failed=%ld\n",
		seconds, done, (double)done / seconds, result.accepted, result.refused,
		result.wrong, result.failed);
	return 0;
}
