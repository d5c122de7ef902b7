/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "conf/values.h"

struct text;

#define CONF_DEFAULT_FILE SYSCONFDIR "/opsmilter.conf"

/*
 * Reads and checks a whole configuration file. On failure *conf_r is NULL, and message_r is one
 * line that names file, line and option and says what would be right. ERR_NOT_FOUND, ERR_IO,
 * ERR_SYNTAX, ERR_RANGE, ERR_HOST_BITS or ERR_MEMORY.
 */
int conf_read(const char *path, struct conf **conf_r, struct text *message_r)
	__attribute__((warn_unused_result));

void conf_free(struct conf **conf);

#endif
