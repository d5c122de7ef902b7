/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines, to standard error or syslog. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/text.h"

/* Octets of the longest line, its end included; longer lines are cut. */
#define LINE_SIZE 2048

static const struct {
	int priority;
	const char *word;
} LEVELS[] = {
	[LOG_LEVEL_ERROR] = {LOG_ERR, "error: "},
	[LOG_LEVEL_WARNING] = {LOG_WARNING, "warning: "},
	[LOG_LEVEL_INFO] = {LOG_INFO, ""},
};

/* kern is not here: only the kernel may use it. */
static const struct facility {
	const char *name;
	int facility;
} FACILITIES[] = {
	{"auth", LOG_AUTH},
	{"authpriv", LOG_AUTHPRIV},
	{"cron", LOG_CRON},
	{"daemon", LOG_DAEMON},
	{"ftp", LOG_FTP},
	{"local0", LOG_LOCAL0},
	{"local1", LOG_LOCAL1},
	{"local2", LOG_LOCAL2},
	{"local3", LOG_LOCAL3},
	{"local4", LOG_LOCAL4},
	{"local5", LOG_LOCAL5},
	{"local6", LOG_LOCAL6},
	{"local7", LOG_LOCAL7},
	{"lpr", LOG_LPR},
	{"mail", LOG_MAIL},
	{"news", LOG_NEWS},
	{"syslog", LOG_SYSLOG},
	{"user", LOG_USER},
	{"uucp", LOG_UUCP},
};

/* Where lines are written; set before threads start, then only read. */
static struct {
	const char *program; /* NULL: lines start without a name */
	bool to_syslog;
	bool to_journal; /* standard error is the journal's */
} target;

static atomic_int facility_in_force; /* for syslog; any thread may change it */

/* JOURNAL_STREAM is "DEVICE:INODE" of the stream; it is inherited by programs with another one. */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat status;

	if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
	return strcmp(stream, own) == 0;
}

void log_to_stderr(const char *program)
{
	if (target.to_syslog)
		closelog();
	target.program = program;
	target.to_syslog = false;
	target.to_journal = is_journal();
}

static const struct facility *find_facility(const char *name)
{
	for (size_t i = 0; i < sizeof(FACILITIES) / sizeof(*FACILITIES); i++) {
		if (strcmp(FACILITIES[i].name, name) == 0)
			return &FACILITIES[i];
	}
	return NULL;
}

bool log_to_syslog(const char *program, const char *facility)
{
	if (!log_change_facility(facility))
		return false;
	openlog(program, LOG_PID | LOG_NDELAY, atomic_load(&facility_in_force));
	target.program = program;
	target.to_syslog = true;
	return true;
}

bool log_change_facility(const char *facility)
{
	const struct facility *found = find_facility(facility);

	if (found != NULL)
		atomic_store(&facility_in_force, found->facility);
	return found != NULL;
}

bool log_facility_exists(const char *facility)
{
	return find_facility(facility) != NULL;
}

/* One write() for a line: lines of several threads do not mix, and no stream is locked. */
static void write_stderr(enum log_level level, const char *message)
{
	char line[LINE_SIZE];
	struct text text = TEXT_OVER(line);
	ssize_t written;

	if (target.to_journal) {
		text_add_format(&text, "<%d>", LEVELS[level].priority);
	} else if (target.program != NULL) {
		text_add(&text, target.program);
		text_add(&text, ": ");
	}
	text_add(&text, LEVELS[level].word);
	text_add(&text, message);
	line[text.length++] = '\n'; /* in place of the NUL, so there is room even after a cut */
	do
		written = write(STDERR_FILENO, line, text.length);
	while (written < 0 && errno == EINTR);
}

void log_write(enum log_level level, const char *format, ...)
{
	int saved_errno = errno;
	char raw[LINE_SIZE], message[LINE_SIZE];
	struct text text = TEXT_OVER(message);
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(raw, sizeof(raw), format, arguments) < 0)
		(void)text_copy(raw, sizeof(raw), "a log line that cannot be formatted");
	va_end(arguments);
	text_add_printable(&text, raw);
	if (target.to_syslog)
		syslog(atomic_load(&facility_in_force) | LEVELS[level].priority, "%s%s",
			LEVELS[level].word, message);
	else
		write_stderr(level, message);
	errno = saved_errno;
}
