/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages for people, in colour on a terminal, and the state of standard output. */
#include "ctl/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

/* A message with two paths and a reason has room. */
#define LINE_SIZE 2048

static const char *const colours[] = {
	[COLOUR_PLAIN] = "",
	[COLOUR_BOLD] = "\033[1m",
	[COLOUR_DIM] = "\033[2m",
	[COLOUR_RED] = "\033[31m",
	[COLOUR_YELLOW] = "\033[33m",
	[COLOUR_GREEN] = "\033[32m",
};

static bool colour_wanted(void)
{
	static int wanted = -1;

	if (wanted < 0) {
		const char *terminal = getenv("TERM");
		const char *no_colour = getenv("NO_COLOR");
		wanted = isatty(STDOUT_FILENO) && (no_colour == NULL || *no_colour == '\0') &&
			 (terminal == NULL || strcmp(terminal, "dumb") != 0);
	}
	return wanted != 0;
}

const char *colour_on(enum colour colour)
{
	return colour_wanted() ? colours[colour] : "";
}

const char *colour_off(enum colour colour)
{
	return colour_wanted() && colour != COLOUR_PLAIN ? "\033[0m" : "";
}

static void write_line(
	FILE *file, const char *before, const char *after, const char *format, va_list arguments)
{
	char raw[LINE_SIZE], clean[LINE_SIZE];
	struct text text = TEXT_OVER(clean);

	vsnprintf(raw, sizeof(raw), format, arguments);
	text_add_terminal(&text, raw);
	fprintf(file, "%s%s%s\n", before, clean, after);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(stdout, "", "", format, arguments);
	va_end(arguments);
}

void say_colour(enum colour colour, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(stdout, colour_on(colour), colour_off(colour), format, arguments);
	va_end(arguments);
}

static void write_error(const char *format, va_list arguments)
{
	/* Keeps the order of messages when both streams have one destination. */
	fflush(stdout);
	write_line(stderr, "opsctl: ", "", format, arguments);
}

void say_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_error(format, arguments);
	va_end(arguments);
}

enum status fail(enum status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_error(format, arguments);
	va_end(arguments);
	return status;
}

enum status fail_to_read(const char *path, int error)
{
	bool named_wrong = error == ENOENT || error == EACCES || error == EISDIR;

	return fail(named_wrong ? STATUS_USAGE : STATUS_FAILED, "%s: %s", path, strerror(error));
}

const char *plural(int64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

/* Why standard output failed, saved when first noticed. */
static int output_error;

bool output_works(void)
{
	if (!ferror(stdout))
		return true;
	if (output_error == 0)
		output_error = errno != 0 ? errno : EIO;
	return false;
}

/* A closed pipe is recognised even when errno was lost. */
static bool reader_is_gone(void)
{
	struct pollfd pipe = {.fd = STDOUT_FILENO};

	return output_error == EPIPE || (poll(&pipe, 1, 0) > 0 && (pipe.revents & POLLERR));
}

bool output_finish(void)
{
	errno = 0;
	(void)fflush(stdout);
	if (output_works() || reader_is_gone())
		return true;
	say_error("standard output: %s", strerror(output_error));
	return false;
}
