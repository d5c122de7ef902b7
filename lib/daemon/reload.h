/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

struct conf;

/* What SIGHUP does, the same in all daemons: the whole configuration is read again. The service
 * manager is told when that begins and ends. */

/* Reads the file; reload_refuse() or reload_follow() must follow. NULL after logging what is wrong:
 * the old configuration stays in force. */
struct conf *reload_read(const char *path);

/* Logs why a configuration that was read cannot be used. */
void reload_refuse(const char *message);

/*
 * A configuration is in force: logs that, and a warning for each changed option that the program
 * with this section follows only after a restart. The syslog facility changes too.
 */
void reload_follow(const char *path, const char *section, const struct conf *old_conf,
	const struct conf *new_conf);

#endif
