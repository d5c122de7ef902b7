/* SPDX-License-Identifier: BSD-2-Clause */
/* The site's connections: how many a client may have, and a thread that enforces deadlines. */
#include "web/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"

/* A request must have come with its header within this time. */
#define FIRST_DEADLINE_SECS 20

struct connection {
	bool used;
	int socket;
	struct addr client;
	int64_t deadline_msecs;
};

struct connections {
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t end;
	bool ends;
	pthread_t reaper;
	struct connection table[CONNECTIONS_MAX];
};

/* Cuts off what is past its deadline. The server still owns the socket, and finds it closed. */
static void reap(struct connections *connections)
{
	int64_t now = clock_monotonic_msecs();

	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *each = &connections->table[i];
		if (each->used && each->deadline_msecs < now)
			shutdown(each->socket, SHUT_RDWR);
	}
}

static void *watch_deadlines(void *context)
{
	struct connections *connections = context;
	struct timespec next;

	pthread_mutex_lock(&connections->lock);
	while (!connections->ends) {
		clock_gettime(CLOCK_MONOTONIC, &next);
		next.tv_sec++;
		pthread_cond_timedwait(&connections->end, &connections->lock, &next);
		reap(connections);
	}
	pthread_mutex_unlock(&connections->lock);
	return NULL;
}

int connections_new(struct connections **connections_r)
{
	struct connections *connections = calloc(1, sizeof(*connections));

	*connections_r = NULL;
	if (connections == NULL)
		return ERR_MEMORY;
	pthread_mutex_init(&connections->lock, NULL);
	clock_init_condition(&connections->end);
	if (pthread_create(&connections->reaper, NULL, watch_deadlines, connections) != 0) {
		free(connections);
		return ERR_IO;
	}
	*connections_r = connections;
	return ERR_NONE;
}

void connections_free(struct connections **connections)
{
	struct connections *gone = *connections;

	if (gone == NULL)
		return;
	pthread_mutex_lock(&gone->lock);
	gone->ends = true;
	pthread_cond_signal(&gone->end);
	pthread_mutex_unlock(&gone->lock);
	pthread_join(gone->reaper, NULL);
	pthread_cond_destroy(&gone->end);
	pthread_mutex_destroy(&gone->lock);
	free(gone);
	*connections = NULL;
}

/* One IPv6 site has a /64 at least, and any address of it. */
static bool is_same_client(const struct addr *a, const struct addr *b)
{
	return addr_shared_prefix(a, b) >= (addr_is_ipv4(a) ? 128 : 64);
}

bool connections_admit(struct connections *connections, const struct addr *client, bool exempt)
{
	size_t all = 0;
	size_t of_client = 0;

	pthread_mutex_lock(&connections->lock);
	for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
		const struct connection *each = &connections->table[i];
		all += each->used;
		of_client += each->used && is_same_client(&each->client, client);
	}
	pthread_mutex_unlock(&connections->lock);
	return all < CONNECTIONS_MAX && (exempt || of_client < CONNECTIONS_OF_CLIENT);
}

struct connection *connection_open(
	struct connections *connections, int socket, const struct addr *client)
{
	struct connection *connection = NULL;

	pthread_mutex_lock(&connections->lock);
	for (size_t i = 0; i < CONNECTIONS_MAX && connection == NULL; i++)
		if (!connections->table[i].used)
			connection = &connections->table[i];
	if (connection != NULL)
		*connection = (struct connection){
			.used = true,
			.socket = socket,
			.client = *client,
			.deadline_msecs = clock_monotonic_msecs() + FIRST_DEADLINE_SECS * 1000,
		};
	pthread_mutex_unlock(&connections->lock);
	return connection;
}

void connection_close(struct connections *connections, struct connection *connection)
{
	pthread_mutex_lock(&connections->lock);
	connection->used = false;
	pthread_mutex_unlock(&connections->lock);
}

void connection_set_deadline(
	struct connections *connections, struct connection *connection, int secs)
{
	pthread_mutex_lock(&connections->lock);
	connection->deadline_msecs = clock_monotonic_msecs() + (int64_t)secs * 1000;
	pthread_mutex_unlock(&connections->lock);
}
