/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of sockets, as the configuration, Postfix and libmilter write them. */
#include "conf/socket_name.h"

#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/number.h"
#include "base/text.h"

static int say_spellings(struct text *why_r)
{
	text_add(why_r, "expected unix:/PATH, inet:PORT@HOST, inet6:PORT@HOST or inet:HOST:PORT");
	return ERR_SYNTAX;
}

static int parse_path(const char *path, struct socket_name *name_r, struct text *why_r)
{
	name_r->is_unix = true;
	if (path[0] != '/') {
		text_add(why_r, "the path of a unix socket must begin with / (for example "
				"unix:/run/opsmilter/opsmilter.sock)");
		return ERR_SYNTAX;
	}
	if (!text_copy(name_r->path, sizeof(name_r->path), path)) {
		text_add_format(why_r,
			"the path has %zu bytes; the path of a unix socket has at most %zu; "
			"choose "
			"a shorter one",
			strlen(path), sizeof(name_r->path) - 1);
		return ERR_RANGE;
	}
	return ERR_NONE;
}

/* The start of a string from the file. Printable, it cannot break the line of a message. */
static void add_printable(struct text *text, const char *string, size_t length)
{
	char part[32];
	struct text copy = TEXT_OVER(part);

	text_add_octets(&copy, string, length);
	text_add_printable(text, part);
}

static int parse_port(
	const char *string, size_t length, struct socket_name *name_r, struct text *why_r)
{
	int64_t port;

	if (length < sizeof(name_r->port)) {
		memcpy(name_r->port, string, length);
		name_r->port[length] = '\0';
		if (number_parse(name_r->port, 1, 65535, &port))
			return ERR_NONE;
	}
	text_add(why_r, "the port \"");
	add_printable(why_r, string, length);
	text_add(why_r, "\" is not a number from 1 to 65535 (for example inet:8891@127.0.0.1)");
	return ERR_RANGE;
}

/* A host name or address. IPv6 may be in brackets, and makes the socket an IPv6 one. */
static int parse_host(
	const char *string, size_t length, struct socket_name *name_r, struct text *why_r)
{
	struct addr addr;

	if (length >= 2 && string[0] == '[' && string[length - 1] == ']') {
		string++;
		length -= 2;
	}
	if (length == 0 || length >= sizeof(name_r->host))
		return say_spellings(why_r);
	memcpy(name_r->host, string, length);
	name_r->host[length] = '\0';
	if (strspn(name_r->host,
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-_") != length)
		return say_spellings(why_r);
	if (strchr(name_r->host, ':') != NULL) {
		if (addr_parse(name_r->host, &addr) != ERR_NONE)
			return say_spellings(why_r);
		name_r->family = AF_INET6;
	}
	return ERR_NONE;
}

/* PORT, PORT@HOST or HOST:PORT. */
static int parse_inet(const char *rest, struct socket_name *name_r, struct text *why_r)
{
	const char *at = strchr(rest, '@'), *colon = strrchr(rest, ':');
	const char *port = at == NULL && colon != NULL ? colon + 1 : rest;
	const char *host = at != NULL ? at + 1 : rest;
	size_t port_length = at != NULL ? (size_t)(at - rest) : strlen(port);
	size_t host_length = at != NULL ? strlen(host) : (size_t)(port - rest);
	int err = parse_port(port, port_length, name_r, why_r);

	if (err != ERR_NONE || (at == NULL && colon == NULL))
		return err;
	return parse_host(host, at != NULL ? host_length : host_length - 1, name_r, why_r);
}

int socket_name_parse(const char *string, struct socket_name *name_r, struct text *why_r)
{
	static const struct {
		const char *prefix;
		int family;
	} spellings[] = {
		{"unix:", AF_UNIX},
		{"local:", AF_UNIX},
		{"inet:", AF_INET},
		{"inet6:", AF_INET6},
	};

	memset(name_r, 0, sizeof(*name_r));
	if (string[0] == '/')
		return parse_path(string, name_r, why_r);
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		size_t length = strlen(spellings[i].prefix);
		if (strncmp(string, spellings[i].prefix, length) != 0)
			continue;
		if (spellings[i].family == AF_UNIX)
			return parse_path(string + length, name_r, why_r);
		name_r->family = spellings[i].family;
		return parse_inet(string + length, name_r, why_r);
	}
	return say_spellings(why_r);
}

void socket_name_format_libmilter(const struct socket_name *name, struct text *text_r)
{
	if (name->is_unix)
		text_add_format(text_r, "unix:%s", name->path);
	else
		text_add_format(text_r, "%s:%s%s%s", name->family == AF_INET6 ? "inet6" : "inet",
			name->port, name->host[0] == '\0' ? "" : "@", name->host);
}
