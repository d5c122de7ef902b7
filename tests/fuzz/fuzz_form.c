/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: a request with a form, sent to a running site. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/migrate.h"
#include "web/limits.h"
#include "web/server.h"
#include "web/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libcrypto keeps memory for each of the server's threads until the process ends. The name is the
 * sanitizer's. */
/* NOLINTBEGIN(bugprone-reserved-identifier) */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libcrypto.so";
}
/* NOLINTEND(bugprone-reserved-identifier) */

/* A site on loopback, with empty databases, for all inputs of a run. */
static struct {
	char folder[64];
	struct server *server;
	struct limits *limits;
	struct sockaddr_in name;
} bench;

static const char *const files[] = {"conf", "ops.db", "ops.db-wal", "ops.db-shm", "hits.db",
	"hits.db-wal", "hits.db-shm", "inbox.db", "inbox.db-wal", "inbox.db-shm"};

static void must(int err)
{
	if (err != ERR_NONE)
		abort();
}

static void take_down(void)
{
	char path[128];

	server_stop(&bench.server);
	site_install(NULL);
	limits_free(&bench.limits);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", bench.folder, files[i]);
		unlink(path);
	}
	rmdir(bench.folder);
}

static struct conf *make_conf(void)
{
	char buffer[512], path[128];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf;
	FILE *file;
	int from;

	strcpy(bench.folder, "/tmp/opsmilter-fuzz-XXXXXX");
	if (mkdtemp(bench.folder) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/ops.db", bench.folder);
	must(migrate(path, DB_OPS, &from, &message));
	snprintf(path, sizeof(path), "%s/hits.db", bench.folder);
	must(migrate(path, DB_HITS, &from, &message));
	snprintf(path, sizeof(path), "%s/inbox.db", bench.folder);
	must(migrate(path, DB_INBOX, &from, &message));
	snprintf(path, sizeof(path), "%s/conf", bench.folder);
	file = fopen(path, "w");
	if (file == NULL)
		abort();
	fprintf(file, "database = \"%s/ops.db\"\nhit_log = \"%s/hits.db\"\n", bench.folder,
		bench.folder);
	fputs("site_url = \"http://127.0.0.1\"\nweb { lookups_per_hour = 1000000000 }\n", file);
	fclose(file);
	must(conf_read(path, &conf, &message));
	return conf;
}

static void set_up(void)
{
	struct conf *conf = make_conf();
	struct site *site;
	socklen_t length = sizeof(bench.name);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	must(limits_new(&bench.limits));
	must(site_new(conf, bench.limits, &site));
	site_install(site);
	bench.name = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	must(bind(fd, (struct sockaddr *)&bench.name, sizeof(bench.name)));
	must(getsockname(fd, (struct sockaddr *)&bench.name, &length));
	must(listen(fd, 16));
	must(server_start(fd, &bench.server));
	atexit(take_down);
}

static int call(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(connect(fd, (struct sockaddr *)&bench.name, sizeof(bench.name)));
	return fd;
}

static void send_all(int fd, const void *octets, size_t length, int flags)
{
	const char *at = octets;

	while (length > 0) {
		ssize_t sent = send(fd, at, length, MSG_NOSIGNAL | flags);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return; /* the site has answered already */
		at += sent;
		length -= (size_t)sent;
	}
}

/* How long the answer is that begins in a buffer; 0: that is not known yet. */
static size_t whole_length(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");
	const char *length = strstr(answer, "Content-Length: ");

	if (end == NULL || length == NULL || length > end)
		return 0;
	return (size_t)(end + 4 - answer) + strtoul(length + 16, NULL, 10);
}

/* Reads one answer; false when the connection is over with it. */
static bool hear(int fd, char *answer, size_t size)
{
	size_t length = 0;

	answer[0] = '\0';
	while (whole_length(answer) == 0 || length < whole_length(answer)) {
		ssize_t more = recv(fd, answer + length, size - 1 - length, 0);
		/* The fuzzer's own clock interrupts a call now and then. */
		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			return false;
		length += (size_t)more;
		answer[length] = '\0';
	}
	return strstr(answer, "Connection: close") == NULL;
}

/* Nothing is listed, and no form has a good token: nothing can be filed. */
static bool is_expected(const char *answer)
{
	static const char *const starts[] = {"HTTP/1.1 200 ", "HTTP/1.1 400 ", "HTTP/1.1 413 "};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (strncmp(answer, starts[i], strlen(starts[i])) == 0)
			return true;
	}
	return false;
}

/* The first octet says which form it is and how it is written; the rest is the form. Whatever it
 * is, the answer is one of the site's, and holds no script. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"/remove", "/nominate"};
	static const char *const types[] = {
		"application/x-www-form-urlencoded", "multipart/form-data; boundary=B"};
	static char answer[64 * 1024];
	static int fd = -1; /* one connection serves many inputs */
	char header[256];

	if (size == 0)
		return 0;
	if (bench.server == NULL)
		set_up();
	if (fd < 0)
		fd = call();
	snprintf(header, sizeof(header),
		"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
		paths[data[0] & 1], types[data[0] >> 1 & 1], size - 1);
	send_all(fd, header, strlen(header), size > 1 ? MSG_MORE : 0);
	send_all(fd, data + 1, size - 1, 0);
	if (!hear(fd, answer, sizeof(answer))) {
		close(fd);
		fd = -1;
	}
	if (!is_expected(answer)) {
		fprintf(stderr, "fuzz_form: answered with \"%.200s\"\n", answer);
		abort();
	}
	if (strstr(answer, "<script") != NULL)
		abort();
	return 0;
}
