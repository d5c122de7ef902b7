/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The load: many milter sessions at once from one thread, as an MTA would have them; counts what
 * comes back and measures how long each took. One line of results, for a program to read.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/mta.h"

#define SESSIONS_MAX 4096
#define EVENTS_MAX 256
#define LATENCIES_MAX 4000000
#define ADDRESS_SIZE 48
#define STALL_MSECS 15000 /* a filter that is silent for so long has failed */

enum step { STEP_NEGOTIATE, STEP_CONNECT, STEP_HELO, STEP_MAIL, STEP_RCPT, STEP_COUNT };

struct session {
	int fd;
	enum step step;
	long start_usecs;
	size_t got;
	unsigned char octets[MTA_PACKET_SIZE];
};

struct options {
	struct sockaddr_un socket;
	int at_once;
	double seconds;
	long sessions;    /* 0: as many as the time allows */
	bool hold;        /* leave the sessions open after the first step, until the time is over */
	const char *refs; /* file for the references received */
	const char *clients;   /* file with a client address a line, in turn; instead of: */
	unsigned first, range; /* an IPv4 address as a number, and how many from there on */
	bool random;
};

/* What came of the sessions. */
static struct {
	long accepted, refused, deferred, failed, started;
	long latency_count;
} result;

static float latencies_msecs[LATENCIES_MAX];
static struct session sessions[SESSIONS_MAX];
static struct options options = {.at_once = 8, .seconds = 5, .range = 1};
static char (*clients)[ADDRESS_SIZE];
static size_t client_count;
static int poller, refs_fd = -1;
static long deadline_usecs;
static volatile sig_atomic_t stopped; /* by SIGTERM: start no more, tell what came of it */

static long now_usecs(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void read_clients(void)
{
	FILE *file = fopen(options.clients, "r");
	char line[ADDRESS_SIZE];

	if (file == NULL)
		die(options.clients);
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		clients = reallocarray(clients, client_count + 1, sizeof(clients[0]));
		if (clients == NULL)
			die(options.clients);
		memcpy(clients[client_count++], line, sizeof(line));
	}
	fclose(file);
	if (client_count == 0) {
		fprintf(stderr, "load: %s: holds no address\n", options.clients);
		exit(2);
	}
}

/* The next client's address, the same series in each run. */
static void next_address(char *text, size_t size)
{
	static uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
	static unsigned count;

	if (client_count > 0) {
		snprintf(text, size, "%s", clients[count++ % client_count]);
		return;
	}
	uint32_t number = options.first + count++ % options.range;

	if (options.random) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		number = (uint32_t)(state >> 20);
	}
	snprintf(text, size, "%u.%u.%u.%u", number >> 24, number >> 16 & 255, number >> 8 & 255,
		number & 255);
}

static void make_packet(enum step step, struct mta_packet *packet)
{
	char address[ADDRESS_SIZE];

	switch (step) {
	case STEP_NEGOTIATE:
		mta_negotiate(
			packet, SMFI_CURR_ACTS, SMFI_CURR_PROT & ~(uint32_t)SMFIP_HDR_LEADSPC);
		break;
	case STEP_CONNECT:
		next_address(address, sizeof(address));
		mta_connect(packet, "client.example",
			strchr(address, ':') == NULL ? SMFIA_INET : SMFIA_INET6, address);
		break;
	case STEP_HELO:
		mta_string_command(packet, SMFIC_HELO, "client.example");
		break;
	case STEP_MAIL:
		mta_string_command(packet, SMFIC_MAIL, "<sender@example.com>");
		break;
	default:
		mta_string_command(packet, SMFIC_RCPT, "<recipient@example.org>");
		break;
	}
}

static bool send_packet(struct session *session, const struct mta_packet *packet)
{
	/* A packet of ours always fits the socket's buffer, or the session has failed. */
	return send(session->fd, packet->octets, packet->length, MSG_NOSIGNAL) ==
	       (ssize_t)packet->length;
}

static bool send_step(struct session *session)
{
	struct mta_packet packet;

	make_packet(session->step, &packet);
	return send_packet(session, &packet);
}

static void end_session(struct session *session)
{
	close(session->fd);
	session->fd = -1;
}

static bool start_session(struct session *session)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = session};

	session->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (session->fd < 0)
		die("socket");
	session->step = STEP_NEGOTIATE;
	session->got = 0;
	session->start_usecs = now_usecs();
	result.started++;
	if (connect(session->fd, (struct sockaddr *)&options.socket, sizeof(options.socket)) != 0 ||
		fcntl(session->fd, F_SETFL, O_NONBLOCK) != 0 ||
		epoll_ctl(poller, EPOLL_CTL_ADD, session->fd, &event) != 0 || !send_step(session)) {
		result.failed++;
		end_session(session);
		return false;
	}
	return true;
}

static bool is_over(void)
{
	return stopped || now_usecs() >= deadline_usecs ||
	       (options.sessions > 0 && result.started >= options.sessions);
}

static void restart_session(struct session *session)
{
	end_session(session);
	if (!is_over())
		start_session(session);
}

static void note_latency(const struct session *session)
{
	if (result.latency_count < LATENCIES_MAX)
		latencies_msecs[result.latency_count++] =
			(float)(now_usecs() - session->start_usecs) / 1000;
}

/* Writes the reference of a 550 at once, so that a test that kills the filter next finds it. */
static void note_ref(const char *text)
{
	const char *ref = strstr(text, "(ref ");
	const char *end = ref == NULL ? NULL : strchr(ref, ')');
	char line[64];

	if (refs_fd < 0 || end == NULL)
		return;
	int length = snprintf(line, sizeof(line), "%.*s\n", (int)(end - ref - 5), ref + 5);
	if (write(refs_fd, line, (size_t)length) != length)
		die(options.refs);
}

/* The last reply of a session: what was it? */
static void finish_session(struct session *session, const char *reply)
{
	struct mta_packet quit;

	note_latency(session);
	if (reply[0] == SMFIR_ACCEPT)
		result.accepted++;
	else if (reply[0] == SMFIR_REPLYCODE && reply[1] == '5')
		result.refused++;
	else if (reply[0] == SMFIR_REPLYCODE || reply[0] == SMFIR_TEMPFAIL)
		result.deferred++;
	else
		result.failed++;
	note_ref(reply);
	if (options.hold)
		return;
	mta_begin(&quit, SMFIC_QUIT);
	send_packet(session, &quit);
	restart_session(session);
}

static void take_reply(struct session *session)
{
	char reply[1024];
	size_t length = session->got - 4 < sizeof(reply) - 1 ? session->got - 4 : sizeof(reply) - 1;

	memcpy(reply, session->octets + 4, length);
	reply[length] = '\0';
	session->got = 0;
	bool goes_on = reply[0] == SMFIR_CONTINUE ||
		       (session->step == STEP_NEGOTIATE && reply[0] == SMFIC_OPTNEG);
	if (!goes_on || session->step + 1 == STEP_COUNT) {
		finish_session(session, reply);
		return;
	}
	session->step++;
	if (options.hold && session->step == STEP_HELO)
		return;
	if (!send_step(session)) {
		result.failed++;
		restart_session(session);
	}
}

static void take_event(struct session *session)
{
	ssize_t step = recv(session->fd, session->octets + session->got,
		sizeof(session->octets) - session->got, 0);

	if (step < 0 && errno == EAGAIN)
		return;
	if (step <= 0) {
		result.failed++;
		restart_session(session);
		return;
	}
	session->got += (size_t)step;
	size_t length = mta_packet_length(session->octets, session->got);
	if (length > 0 && length == session->got)
		take_reply(session);
	else if (length > 0) {
		result.failed++;
		restart_session(session);
	}
}

static int open_sessions(void)
{
	int count = 0;

	for (int i = 0; i < options.at_once; i++)
		count += sessions[i].fd >= 0;
	return count;
}

static void run(void)
{
	struct epoll_event events[EVENTS_MAX];

	for (int i = 0; i < SESSIONS_MAX; i++)
		sessions[i].fd = -1;
	for (int i = 0; i < options.at_once && !is_over(); i++)
		start_session(&sessions[i]);
	while (open_sessions() > 0) {
		int count =
			epoll_wait(poller, events, EVENTS_MAX, options.hold ? 100 : STALL_MSECS);
		if (count < 0 && errno != EINTR)
			die("epoll_wait");
		if (options.hold ? is_over() : count == 0) {
			result.failed += options.hold ? 0 : open_sessions();
			return;
		}
		for (int i = 0; i < count; i++)
			take_event(events[i].data.ptr);
	}
}

static int compare_floats(const void *a, const void *b)
{
	float difference = *(const float *)a - *(const float *)b;

	return difference < 0 ? -1 : difference > 0;
}

static float percentile(double share)
{
	return result.latency_count == 0
		       ? 0
		       : latencies_msecs[(long)(share * (double)(result.latency_count - 1))];
}

static void print_result(double seconds)
{
	long done = result.accepted + result.refused + result.deferred;

	qsort(latencies_msecs, (size_t)result.latency_count, sizeof(latencies_msecs[0]),
		compare_floats);
	printf("seconds=%.3f sessions=%ld rate=%.0f accepted=%ld refused=%ld deferred=%ld "
	       "failed=%ld p50_ms=%.3f "
	       "p99_ms=%.3f max_ms=%.3f\n",
		seconds, done, (double)done / seconds, result.accepted, result.refused,
		result.deferred, result.failed, percentile(0.5), percentile(0.99), percentile(1));
}

static const char help[] =
	"usage: load [OPTIONS] SOCKET\n"
	"  -c N        sessions at once (8)\n"
	"  -t SECONDS  how long to start new ones (5)\n"
	"  -n N        how many to start at most\n"
	"  -a A.B.C.D  first client address; -r N: how many from there on, in turn (1)\n"
	"  -R          random IPv4 client addresses\n"
	"  -A FILE     client addresses from FILE, one a line, IPv4 or IPv6, in turn\n"
	"  -k          keep the sessions open after connect, until the time is over\n"
	"  -f FILE     append each reference received to FILE at once\n";

static unsigned parse_address(const char *text)
{
	unsigned a, b, c, d;

	if (sscanf(text, "%u.%u.%u.%u", &a, &b, &c, &d) != 4)
		die(text);
	return a << 24 | b << 16 | c << 8 | d;
}

static void parse_options(int count, char **values)
{
	int letter;

	while ((letter = getopt(count, values, "c:t:n:a:r:RA:kf:h")) != -1) {
		switch (letter) {
		case 'c':
			options.at_once = atoi(optarg);
			break;
		case 't':
			options.seconds = atof(optarg);
			break;
		case 'n':
			options.sessions = atol(optarg);
			break;
		case 'a':
			options.first = parse_address(optarg);
			break;
		case 'r':
			options.range = (unsigned)atol(optarg);
			break;
		case 'R':
			options.random = true;
			break;
		case 'A':
			options.clients = optarg;
			break;
		case 'k':
			options.hold = true;
			break;
		case 'f':
			options.refs = optarg;
			break;
		default:
			fputs(help, letter == 'h' ? stdout : stderr);
			exit(letter == 'h' ? 0 : 2);
		}
	}
	bool path_fits =
		optind + 1 == count && strlen(values[optind]) < sizeof(options.socket.sun_path);
	if (!path_fits || options.at_once < 1 || options.at_once > SESSIONS_MAX ||
		options.range < 1) {
		fputs(help, stderr);
		exit(2);
	}
	options.socket.sun_family = AF_UNIX;
	strcpy(options.socket.sun_path, values[optind]);
}

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

int main(int count, char **values)
{
	struct sigaction on_term = {.sa_handler = stop, .sa_flags = SA_RESTART};

	parse_options(count, values);
	if (options.clients != NULL)
		read_clients();
	poller = epoll_create1(EPOLL_CLOEXEC);
	if (options.refs != NULL)
		refs_fd = open(options.refs, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (poller < 0 || (options.refs != NULL && refs_fd < 0))
		die("start");
	sigaction(SIGTERM, &on_term, NULL);
	long start = now_usecs();
	deadline_usecs = start + (long)(options.seconds * 1e6);
	run();
	print_result((double)(now_usecs() - start) / 1e6);
	return 0;
}
