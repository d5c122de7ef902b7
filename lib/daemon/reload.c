/* SPDX-License-Identifier: BSD-2-Clause */
/* Reloading the configuration: what is logged, and what takes effect only after a restart. */
#include "daemon/reload.h"

#include <stddef.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/options.h"
#include "daemon/notify.h"

void reload_refuse(const char *message)
{
	log_error("%s; the old configuration stays in force", message);
	notify_ready();
}

struct conf *reload_read(const char *path)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf;

	notify_reloading();
	if (conf_read(path, &conf, &message) != ERR_NONE)
		reload_refuse(buffer);
	return conf;
}

static void warn_of_restart(
	const char *section, const struct conf *old_conf, const struct conf *new_conf)
{
	for (const struct option *option = options; option->name != NULL; option++) {
		char buffer[64];
		struct text name = TEXT_OVER(buffer);

		if (option->fixed_in == NULL || strcmp(option->fixed_in, section) != 0 ||
			!option_differs(option, old_conf, new_conf))
			continue;
		option_add_name(option, &name);
		log_warning("%s has changed; this takes effect after a restart", buffer);
	}
}

void reload_follow(const char *path, const char *section, const struct conf *old_conf,
	const struct conf *new_conf)
{
	warn_of_restart(section, old_conf, new_conf);
	(void)!log_change_facility(new_conf->syslog_facility); /* checked by conf_read() */
	log_info("%s is in force", path);
	notify_ready();
}
