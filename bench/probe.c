/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the prober's engine costs, beside a loop of connect() and epoll that does nothing else.
 * usage: probe - prints a line for each figure: its name, the engine's value, the floor's, the
 * unit.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "probe/engine.h"

#define CLOSED_HOSTS 200
#define MUTE_HOSTS 20
#define PORTS 40
#define CLOSED_SOCKETS 256
#define MUTE_SOCKETS 1024
#define CONNECT_TIMEOUT_MSECS 2000
/* Ports from here on; nobody listens there, or those sockets that drop everything. */
#define FIRST_PORT 20001
#define OPEN_FILES 8192

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct addr host_address(unsigned network, unsigned host)
{
	struct addr addr;
	char text[ADDR_TEXT_SIZE];

	snprintf(text, sizeof(text), "127.%u.%u.%u", network, host / 200, host % 200 + 1);
	if (addr_parse(text, &addr) != 0)
		abort();
	return addr;
}

/* The engine */

struct run {
	struct event_base *loop;
	unsigned left;
};

static void on_done(void *context, const struct host_result *result)
{
	struct run *run = context;

	if (result->result_count != PORTS)
		fprintf(stderr, "probe: %zu results of %d ports\n", result->result_count, PORTS);
	if (--run->left == 0)
		event_base_loopbreak(run->loop);
}

static struct engine *make_engine(struct event_base *loop, size_t max_sockets)
{
	struct target target = {.port = FIRST_PORT - 1, .addr = host_address(0, 0)};
	struct engine_settings settings = {
		.targets = &target,
		.target_count = 1,
		.site_url = "https://ops.example.org",
		.connect_timeout_msecs = CONNECT_TIMEOUT_MSECS,
		.probe_timeout_msecs = 10000,
		.test_timeout_msecs = 600000,
		.max_sockets = max_sockets,
	};
	char buffer[256];
	struct text message = TEXT_OVER(buffer);
	struct engine *engine;

	if (engine_new(loop, &settings, &engine, &message) != 0) {
		fprintf(stderr, "probe: %s\n", buffer);
		exit(1);
	}
	return engine;
}

/* Milliseconds for a test of each host at PORTS ports. */
static int64_t run_engine(unsigned network, unsigned hosts, size_t max_sockets)
{
	struct probe_port ports[PORTS];
	struct run run = {.loop = event_base_new(), .left = hosts};
	struct engine *engine = make_engine(run.loop, max_sockets);
	const struct test_options options = {.urgent = true};
	struct host_events events = {.done = on_done, .context = &run};
	int64_t began = clock_monotonic_usecs();

	for (unsigned i = 0; i < PORTS; i++)
		ports[i] = (struct probe_port){
			.port = (uint16_t)(FIRST_PORT + i), .protocol = PROTOCOL_HTTP_CONNECT};
	for (unsigned i = 0; i < hosts; i++) {
		struct addr host = host_address(network, i);
		if (engine_test(engine, &host, ports, PORTS, &options, &events) != 0)
			fail("engine_test");
	}
	event_base_dispatch(run.loop);
	int64_t usecs = clock_monotonic_usecs() - began;
	engine_free(&engine);
	event_base_free(run.loop);
	return usecs / 1000;
}

/* The floor: as many connects, with an epoll set for those that do not end at once. */

static int begin_connect(int set, const struct addr *host, uint16_t port)
{
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(host, port, &name);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};

	if (fd < 0)
		fail("socket");
	if (connect(fd, (struct sockaddr *)&name, length) == 0 || errno != EINPROGRESS ||
		epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) != 0) {
		close(fd);
		return 0;
	}
	return 1;
}

static int64_t run_floor(unsigned network, unsigned hosts)
{
	int set = epoll_create1(0);
	int open = 0;
	struct epoll_event events[64];
	int64_t began = clock_monotonic_usecs();

	for (unsigned i = 0; i < hosts * PORTS; i++) {
		struct addr host = host_address(network, i / PORTS);
		open += begin_connect(set, &host, (uint16_t)(FIRST_PORT + i % PORTS));
		while (open >= CLOSED_SOCKETS || (i + 1 == hosts * PORTS && open > 0)) {
			int count = epoll_wait(set, events, 64, -1);
			for (int k = 0; k < count; k++, open--)
				close(events[k].data.fd);
		}
	}
	close(set);
	return (clock_monotonic_usecs() - began) / 1000;
}

/* Hosts that drop every SYN: their queues are full, and nobody takes from them. */

static void make_mute(const struct addr *host, uint16_t port)
{
	struct sockaddr_storage name;
	socklen_t length = addr_to_sockaddr(host, port, &name);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&name, length) != 0 || listen(fd, 0) != 0)
		fail("a socket that drops");
	for (int i = 0; i < 3; i++) {
		int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		if (client < 0 || (connect(client, (struct sockaddr *)&name, length) != 0 &&
					  errno != EINPROGRESS))
			fail("filling a queue");
	}
}

/* Each measurement in a process of its own, whose peak of memory counts. */
static int64_t in_child(int64_t (*measure)(unsigned network, unsigned hosts), unsigned network,
	unsigned hosts, long *peak_kb_r)
{
	struct rusage usage;
	int64_t msecs = -1;
	int line[2];
	int status;

	if (pipe(line) != 0)
		fail("pipe");
	pid_t child = fork();
	if (child == 0) {
		msecs = measure(network, hosts);
		_exit(write(line[1], &msecs, sizeof(msecs)) != sizeof(msecs));
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0 ||
		read(line[0], &msecs, sizeof(msecs)) != sizeof(msecs))
		fail("a measurement");
	close(line[0]);
	close(line[1]);
	*peak_kb_r = usage.ru_maxrss;
	return msecs;
}

static int64_t engine_closed(unsigned network, unsigned hosts)
{
	return run_engine(network, hosts, CLOSED_SOCKETS);
}

static int64_t engine_mute(unsigned network, unsigned hosts)
{
	return run_engine(network, hosts, MUTE_SOCKETS);
}

int main(void)
{
	long peak, mute_peak, floor_peak;

	if (daemon_raise_open_files(OPEN_FILES) < OPEN_FILES)
		fprintf(stderr, "probe: %d open files are not allowed here\n", OPEN_FILES);
	int64_t floor_msecs = in_child(run_floor, 68, CLOSED_HOSTS, &floor_peak);
	int64_t closed_msecs = in_child(engine_closed, 68, CLOSED_HOSTS, &peak);
	printf("closed_probes %lld %lld ms\n", (long long)closed_msecs, (long long)floor_msecs);
	for (unsigned i = 0; i < MUTE_HOSTS * PORTS; i++) {
		struct addr host = host_address(69, i / PORTS);
		make_mute(&host, (uint16_t)(FIRST_PORT + i % PORTS));
	}
	int64_t mute_msecs = in_child(engine_mute, 69, MUTE_HOSTS, &mute_peak);
	printf("dropped_probes %lld %d ms\n", (long long)mute_msecs, CONNECT_TIMEOUT_MSECS);
	printf("peak_memory %ld %ld kB\n", peak > mute_peak ? peak : mute_peak, floor_peak);
	return 0;
}
