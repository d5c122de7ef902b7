/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO };

/*
 * Says where log lines go from here on: standard error as "PROGRAM: warning: TEXT", where it
 * starts. program must outlive the log. Call before threads start.
 */
void log_to_stderr(const char *program);

/*
 * To syslog, by facility name ("mail", "daemon", "local0" …); false and unchanged when there is no
 * such facility. Call before threads start.
 */
bool log_to_syslog(const char *program, const char *facility) __attribute__((warn_unused_result));

/* Where lines go to syslog, the facility is another one from here on; false and unchanged when
 * there is no such facility. Any thread. */
bool log_change_facility(const char *facility) __attribute__((warn_unused_result));

/* Whether a facility of that name exists. */
bool log_facility_exists(const char *facility);

/* One line. Octets that are not printable are written as '?'. Any thread; never blocks on a lock of
 * ours. */
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
