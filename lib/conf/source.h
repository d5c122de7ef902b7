/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

struct text;

/*
 * An option outside all sections that is added at the end. libConfuse accepts a file whose last
 * section, string or comment is not closed; this option is misplaced or missing then.
 */
#define SOURCE_END "<end-of-file>"

/*
 * Reads a configuration file, which may be a pipe, as a string with SOURCE_END added. The caller
 * frees it. libConfuse's own scanner ends the process when a file cannot be read.
 * ERR_NOT_FOUND, ERR_IO, ERR_SYNTAX (a NUL in it), ERR_RANGE (over 1 MiB) or ERR_MEMORY.
 */
int source_read(const char *path, char **source_r, struct text *message_r)
	__attribute__((warn_unused_result));

#endif
