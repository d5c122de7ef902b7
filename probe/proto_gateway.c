/* SPDX-License-Identifier: BSD-2-Clause */
/* Telnet gateways that connect to a host named at a prompt. */
#include "probe/proto_gateway.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A prompt and all before it, and a gateway's words about the connection. */
#define PROMPT_SIZE 512

enum { STAGE_PROMPT, STAGE_CONNECTING };
enum { TELNET_IAC = 255, TELNET_WILL = 251, TELNET_DONT = 254 };

/* How prompts end, and what such a gateway is told; the first that fits counts. */
static const struct {
	const char *prompt;  /* its end, in small letters */
	const char *command; /* NULL: it wants a login */
} prompts[] = {
	{"login:", NULL},
	{"username:", NULL},
	{"user:", NULL},
	{"password:", NULL},
	{"wingate>", "%s:%u\r\n"},
	{"port]:", "%s:%u\r\n"},
	{"port:", "%s:%u\r\n"},
	{"port>", "%s:%u\r\n"},
	{"host:", "%s:%u\r\n"},
	{"host name:", "%s:%u\r\n"},
	{"telnet>", "open %s %u\r\n"},
	{"proxy>", "open %s %u\r\n"},
	{"gateway>", "open %s %u\r\n"},
	{"tn-gw>", "telnet %s %u\r\n"},
	{">", "telnet %s %u\r\n"},
	{"#", "telnet %s %u\r\n"},
	{"$", "telnet %s %u\r\n"},
};

/* Words with which a gateway says that it did not get through, or will not try. */
static const struct {
	const char *word;
	enum probe_verdict verdict;
} failures[] = {
	{"denied", PROBE_REFUSED},
	{"not allowed", PROBE_REFUSED},
	{"forbidden", PROBE_REFUSED},
	{"not permitted", PROBE_REFUSED},
	{"invalid", PROBE_NOT_A_PROXY},
	{"unknown command", PROBE_NOT_A_PROXY},
	{"not found", PROBE_NOT_A_PROXY},
	{"refused", PROBE_CANNOT_REACH_TARGET},
	{"unreachable", PROBE_CANNOT_REACH_TARGET},
	{"timed out", PROBE_CANNOT_REACH_TARGET},
	{"unable to", PROBE_CANNOT_REACH_TARGET},
	{"failed", PROBE_CANNOT_REACH_TARGET},
};

/* The words of what came from `begin` on, in small letters, the latest PROMPT_SIZE of them, without
 * telnet's commands (RFC 854). */
static void read_words(const struct exchange *exchange, size_t begin, char words_r[PROMPT_SIZE])
{
	size_t length = 0;
	size_t i = begin;

	if (exchange->in_length - begin >= PROMPT_SIZE)
		i = exchange->in_length - PROMPT_SIZE + 1;
	while (i < exchange->in_length) {
		unsigned char c = exchange->in[i];
		if (c == TELNET_IAC && i + 1 < exchange->in_length)
			i += exchange->in[i + 1] >= TELNET_WILL &&
					     exchange->in[i + 1] <= TELNET_DONT
				     ? 3
				     : 2;
		else {
			words_r[length++] = c < 0x80 && c > 0 ? (char)tolower(c) : '?';
			i++;
		}
	}
	while (length > 0 && isspace((unsigned char)words_r[length - 1]))
		length--;
	words_r[length] = '\0';
}

static bool ends_with(const char *string, const char *end)
{
	size_t length = strlen(string);
	size_t end_length = strlen(end);

	return length >= end_length && strcmp(string + length - end_length, end) == 0;
}

static void answer_prompt(struct exchange *exchange, const char *words)
{
	char address[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
		if (!ends_with(words, prompts[i].prompt))
			continue;
		if (prompts[i].command == NULL) {
			exchange_give_verdict(exchange, PROBE_AUTH_REQUIRED);
			return;
		}
		addr_format(&exchange->goal->target.addr, address);
		/* The formats are those of the table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		exchange_send_format(exchange, prompts[i].command, address,
			(unsigned)exchange->goal->target.port);
#pragma GCC diagnostic pop
		exchange->stage = STAGE_CONNECTING;
		exchange->tunnel_begin = exchange->in_length;
		return;
	}
}

static void judge_words(struct exchange *exchange, const char *words)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (strstr(words, failures[i].word) != NULL) {
			exchange_give_verdict(exchange, failures[i].verdict);
			return;
		}
	if (strstr(words, "connected") != NULL)
		exchange_enter_tunnel(exchange, exchange->in_length);
}

static void receive(struct exchange *exchange)
{
	char words[PROMPT_SIZE];

	if (exchange->stage == STAGE_PROMPT) {
		read_words(exchange, 0, words);
		answer_prompt(exchange, words);
	} else {
		read_words(exchange, exchange->tunnel_begin, words);
		judge_words(exchange, words);
	}
}

/* A gateway that connects without a word, or only echoes our command, gets its token. */
static void take_silence(struct exchange *exchange)
{
	if (exchange->stage == STAGE_CONNECTING)
		exchange_enter_tunnel(exchange, exchange->in_length);
}

const struct protocol_type gateway = {.receive = receive, .quiet = take_silence, .of_shells = true};
