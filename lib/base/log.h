/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

/*
 * Writes log lines to standard error, as "PROGRAM: warning: TEXT"; this is the default, without a
 * program. If standard error is now the journal's (JOURNAL_STREAM of systemd.exec(5)), a line is
 * "<4>warning: TEXT": the journal takes the priority from it, and knows the program. program must
 * outlive the log. Call before threads start.
 */
void log_to_stderr(const char *program);

/*
 * Writes log lines to syslog, with a facility by its name ("mail", "daemon", "local0" …). Returns
 * false, and changes nothing, if there is no such facility. Call before threads start.
 */
bool log_to_syslog(const char *program, const char *facility) __attribute__((warn_unused_result));

/* Changes the facility of further lines; false, and no change, if there is no such one. Any thread.
 */
bool log_change_facility(const char *facility) __attribute__((warn_unused_result));

bool log_facility_exists(const char *facility);

/* Logs one line. Octets that are not printable ASCII become '?'. Any thread; takes no lock. */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
