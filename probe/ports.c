/* SPDX-License-Identifier: BSD-2-Clause */
/* The ports to ask, and the ports that a reason or evidence names. */
#include "probe/ports.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"

/* As many as a text may point at: more is noise, and each one has to answer. */
#define EVIDENCE_MAX_PORTS 64

enum family {
	FAMILY_HTTP = 1,
	FAMILY_HTTPS = 2,
	FAMILY_SOCKS4 = 4,
	FAMILY_SOCKS5 = 8,
	FAMILY_GATEWAY = 16,
	FAMILY_ANY = FAMILY_HTTP | FAMILY_SOCKS4 | FAMILY_SOCKS5,
};

/* What each protocol is called in the configuration. */
static const struct {
	enum family family;
	const char *name;
} families[PROTOCOL_COUNT] = {
	[PROTOCOL_HTTP_CONNECT] = {FAMILY_HTTP, "http"},
	[PROTOCOL_HTTP_CONNECT_10] = {FAMILY_HTTP, "http"},
	[PROTOCOL_HTTP_GET] = {FAMILY_HTTP, "http"},
	[PROTOCOL_HTTP_POST] = {FAMILY_HTTP, "http"},
	[PROTOCOL_HTTPS_CONNECT] = {FAMILY_HTTPS, "https"},
	[PROTOCOL_SOCKS4] = {FAMILY_SOCKS4, "socks4"},
	[PROTOCOL_SOCKS4A] = {FAMILY_SOCKS4, "socks4"},
	[PROTOCOL_SOCKS5] = {FAMILY_SOCKS5, "socks5"},
	[PROTOCOL_GATEWAY] = {FAMILY_GATEWAY, "gateway"},
};

/* Where proxies are found, each row ended by 0. No list is complete. */
static const struct {
	unsigned families;
	uint16_t ports[24];
} built_in[] = {
	{FAMILY_HTTP, {80, 81, 3128, 3129, 4480, 6588, 8000, 8001, 8080, 8081, 8088, 8090, 8118,
			      8123, 8888, 9080}},
	{FAMILY_ANY, {1080}},
	{FAMILY_HTTPS, {443, 8443}},
	{FAMILY_SOCKS4 | FAMILY_SOCKS5, {1075, 1081, 4145, 5678, 9050, 10000, 10800}},
	{FAMILY_SOCKS5, {1813, 4438, 5104, 64101}},
	{FAMILY_GATEWAY, {23}},
};

/* How people call them. */
static const struct {
	const char *word;
	unsigned families;
} words[] = {
	{"http", FAMILY_HTTP},
	{"https", FAMILY_HTTPS},
	{"tls", FAMILY_HTTPS},
	{"connect", FAMILY_HTTP},
	{"socks", FAMILY_SOCKS4 | FAMILY_SOCKS5},
	{"socks4", FAMILY_SOCKS4},
	{"socks4a", FAMILY_SOCKS4},
	{"socks5", FAMILY_SOCKS5},
	{"gateway", FAMILY_GATEWAY},
	{"telnet", FAMILY_GATEWAY},
	{"wingate", FAMILY_GATEWAY},
};

const char *ports_family_name(enum protocol protocol)
{
	return families[protocol].name;
}

/* Moves the pair at index behind the evidence there is: what the evidence names comes first. */
static void make_evidence(struct port_list *list, size_t index)
{
	struct probe_port port = list->ports[index];
	size_t first = list->evidence_count++;

	memmove(&list->ports[first + 1], &list->ports[first],
		(index - first) * sizeof(list->ports[0]));
	port.in_evidence = true;
	list->ports[first] = port;
}

static int add(struct port_list *list, uint16_t port, enum protocol protocol, bool in_evidence)
{
	uint16_t bit = (uint16_t)(1U << protocol);
	size_t i = list->count;

	if ((list->protocols[port] & bit) == 0) {
		if (list->count == PORTS_MAX)
			return ERR_RANGE;
		list->protocols[port] |= bit;
		list->ports[list->count++] =
			(struct probe_port){.port = port, .protocol = protocol};
	} else if (in_evidence) {
		for (i = 0; list->ports[i].port != port || list->ports[i].protocol != protocol;)
			i++;
	}
	if (in_evidence && !list->ports[i].in_evidence)
		make_evidence(list, i);
	return ERR_NONE;
}

static int add_families(
	struct port_list *list, uint16_t port, unsigned of_families, bool in_evidence)
{
	int err = ERR_NONE;

	for (enum protocol i = 0; err == ERR_NONE && i < PROTOCOL_COUNT; i++) {
		if ((families[i].family & of_families) != 0)
			err = add(list, port, i, in_evidence);
	}
	return err;
}

/* The length of a word of letters and digits. */
static size_t word_length(const char *string)
{
	size_t length = 0;

	while (isalnum((unsigned char)string[length]))
		length++;
	return length;
}

static bool is_word(const char *string, size_t length, const char *word)
{
	return strlen(word) == length && strncasecmp(string, word, length) == 0;
}

static unsigned families_of(const char *string, size_t length)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (is_word(string, length, words[i].word))
			return words[i].families;
	}
	return 0;
}

/* 0 if it is not a port number. */
static uint16_t read_port(const char *string, size_t length)
{
	unsigned long port = 0;

	if (length > 5)
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (!isdigit((unsigned char)string[i]))
			return 0;
		port = port * 10 + (unsigned long)(string[i] - '0');
	}
	return port <= UINT16_MAX ? (uint16_t)port : 0;
}

int ports_begin(struct port_list *list, char *const *configured, size_t count)
{
	int err = ERR_NONE;

	list->count = list->evidence_count = 0;
	memset(list->protocols, 0, sizeof(list->protocols));
	for (size_t i = 0; err == ERR_NONE && i < count; i++) {
		size_t length = word_length(configured[i]);
		const char *port = configured[i] + length + (configured[i][length] == ':');
		err = add_families(list, read_port(port, strlen(port)),
			families_of(configured[i], length), false);
	}
	for (size_t i = 0; count == 0 && i < sizeof(built_in) / sizeof(built_in[0]); i++)
		for (const uint16_t *port = built_in[i].ports; err == ERR_NONE && *port != 0;
			port++)
			err = add_families(list, *port, built_in[i].families, false);
	return err;
}

/* A text as it is read, word by word. */
struct port_reading {
	unsigned of_families; /* named last */
	bool used;            /* a port has come after them: the next name begins a new group */
	bool names_ports;     /* the last word was "port", or a port of a list */
	bool names_family;    /* the last word was a protocol's name */
	bool in_address;      /* the last word was the end of a dotted quad or in brackets */
};

/* Whether a number is a port, by what is around it. */
static bool is_port(const struct port_reading *reading, const char *before, const char *after)
{
	if (strncasecmp(after, "/tcp", 4) == 0)
		return true;
	if (*before == ':')
		return reading->names_family || reading->in_address;
	bool is_fraction = *before == '.' || (*after == '.' && isdigit((unsigned char)after[1]));
	return reading->names_ports && !is_fraction;
}

static unsigned families_at(const struct port_reading *reading, uint16_t port)
{
	if (reading->of_families != 0)
		return reading->of_families;
	if (port == 443 || port == 8443)
		return FAMILY_HTTPS;
	return port == 23 ? FAMILY_GATEWAY : FAMILY_ANY;
}

/* A word that is not a port. */
static void read_word(struct port_reading *reading, const char *word, size_t length, char before)
{
	unsigned named = families_of(word, length);
	bool is_number = isdigit((unsigned char)word[0]);

	if (named != 0) {
		/* "HTTP CONNECT in TLS" is one thing; "HTTP and SOCKS5" are two. */
		if (reading->used || named == FAMILY_HTTPS)
			reading->of_families = 0;
		if (reading->of_families != FAMILY_HTTPS)
			reading->of_families |= named;
		reading->used = false;
	}
	reading->names_family = named != 0;
	reading->in_address = (is_number && before == '.') || word[length] == ']';
	reading->names_ports = is_word(word, length, "port") || is_word(word, length, "ports") ||
			       (reading->names_ports && is_word(word, length, "and"));
}

void ports_add_evidence(struct port_list *list, const char *string)
{
	struct port_reading reading = {0};
	const char *c = string;

	while (*c != '\0' && list->evidence_count < EVIDENCE_MAX_PORTS) {
		size_t length = word_length(c);
		const char *before = c == string ? " " : c - 1;
		uint16_t port = length > 0 ? read_port(c, length) : 0;
		if (port != 0 && is_port(&reading, before, c + length)) {
			(void)!add_families(list, port, families_at(&reading, port), true);
			reading.used = reading.names_ports = true;
			reading.names_family = reading.in_address = false;
		} else if (length > 0) {
			read_word(&reading, c, length, *before);
		}
		c += length > 0 ? length : 1;
	}
}
