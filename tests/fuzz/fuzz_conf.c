/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzz target: the configuration file. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "conf/socket_name.h"
#include "core/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/opsmilter-fuzz-XXXXXX";

static void remove_file(void)
{
	unlink(path);
}

/* The input as a file, the same one each time. */
static void write_file(const uint8_t *data, size_t size)
{
	static int fd = -1;

	if (fd < 0) {
		fd = mkstemp(path);
		if (fd < 0 || atexit(remove_file) != 0)
			abort();
	}
	if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
}

/* What was taken keeps the promises that the programs rely on. */
static void check_conf(const struct conf *conf)
{
	char buffer[512];
	struct text why = TEXT_OVER(buffer);
	struct socket_name name;

	if (conf->database[0] != '/' || conf->hit_log[0] != '/')
		abort();
	if (socket_name_parse(conf->milter.socket, &name, &why) != ERR_NONE)
		abort();
	if (reply_check_template(conf->milter.reply, conf->site_url, &why) != ERR_NONE)
		abort();
	if (conf->milter.socket_mode < 0 || conf->milter.socket_mode > 0777)
		abort();
	if (conf->milter.policy.exempt_recipient_count > 0 &&
		conf->milter.policy.reject_at != STAGE_RCPT)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char buffer[1024];
	struct text message = TEXT_OVER(buffer);
	struct conf *conf;

	write_file(data, size);
	int err = conf_read(path, &conf, &message);
	if ((err == ERR_NONE) != (conf != NULL) || (err == ERR_NONE) != (buffer[0] == '\0'))
		abort();
	if (conf != NULL)
		check_conf(conf);
	else if (strncmp(buffer, path, strlen(path)) != 0 || strchr(buffer, '\n') != NULL)
		abort();
	conf_free(&conf);
	return 0;
}
