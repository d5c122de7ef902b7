/* SPDX-License-Identifier: BSD-2-Clause */
/* The transcript: what was said on each connection, as text. */
#include <event2/buffer.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "probe/transcript.h"

/* The longest escape is \x1b. */
#define ESCAPE_MAX 4

static void add_line(struct evbuffer *transcript, int64_t msecs, char sign, const char *text)
{
	evbuffer_add_printf(transcript, "%5lld.%03d %c %s\n", (long long)(msecs / 1000),
		(int)(msecs % 1000), sign, text);
}

void transcript_headline(struct evbuffer *transcript, unsigned connection, const struct addr *host,
	const struct probe_port *port, const struct target *target)
{
	char address[ADDR_TEXT_SIZE];
	char to[ADDR_TEXT_SIZE];

	addr_format(host, address);
	addr_format(&target->addr, to);
	evbuffer_add_printf(transcript, "connection %u to %s port %u: %s to %s port %u%s\n",
		connection, address, (unsigned)port->port, protocol_name(port->protocol), to,
		(unsigned)target->port, target->unpublished ? " (unpublished)" : "");
}

void transcript_note(struct evbuffer *transcript, int64_t msecs, const char *format, ...)
{
	char raw[TRANSCRIPT_LINE_MAX];
	char line[TRANSCRIPT_LINE_MAX];
	struct text text = TEXT_OVER(line);
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(raw, sizeof(raw), format, arguments);
	va_end(arguments);
	text_add_printable(&text, raw);
	add_line(transcript, msecs, '.', line);
}

static void add_escaped(struct text *line, unsigned char c)
{
	static const char letters[] = "nrt\\";
	static const char meant[] = "\n\r\t\\";
	const char *at = c ? strchr(meant, c) : NULL;

	if (at != NULL)
		text_add_format(line, "\\%c", letters[at - meant]);
	else if (c >= 0x20 && c <= 0x7e)
		text_add_char(line, (char)c);
	else
		text_add_format(line, "\\x%02x", c);
}

void transcript_octets(
	struct evbuffer *transcript, int64_t msecs, char sign, const void *octets, size_t length)
{
	const unsigned char *at = octets;
	char buffer[TRANSCRIPT_LINE_MAX + ESCAPE_MAX + 1];
	struct text line = TEXT_OVER(buffer);

	for (size_t i = 0; i < length; i++) {
		add_escaped(&line, at[i]);
		if (at[i] == '\n' || line.length >= TRANSCRIPT_LINE_MAX || i + 1 == length) {
			add_line(transcript, msecs, sign, buffer);
			text_clear(&line);
		}
	}
}

void transcript_verdict(struct evbuffer *transcript, int64_t msecs, enum probe_verdict verdict)
{
	add_line(transcript, msecs, '=', probe_verdict_name(verdict));
}

void transcript_conclusion(
	struct evbuffer *transcript, const struct probe_result *result, const char *why)
{
	if (evbuffer_get_length(transcript) + TRANSCRIPT_LINE_MAX > TRANSCRIPT_MAX)
		return;
	evbuffer_add_printf(transcript, "port %u: %s: %s, because %s\n",
		(unsigned)result->port.port, protocol_name(result->port.protocol),
		probe_verdict_name(result->verdict), why);
}
