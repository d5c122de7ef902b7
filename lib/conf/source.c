/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a configuration file, with an end by which an unclosed section is noticed. */
#include "conf/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"
#include "base/text.h"

#define SOURCE_MAX (1024 * 1024)

static const char end[] = "\n" SOURCE_END " = true\n";

static int explain(int err, const char *path, struct text *message_r)
{
	if (err == ERR_RANGE)
		text_add_format(message_r, "%s: not a configuration: longer than 1 MiB", path);
	else if (err == ERR_MEMORY)
		text_add_format(message_r, "%s: %s", path, err_text(err));
	else
		text_add_format(message_r, "%s: %s; -c names another configuration file", path,
			strerror(errno));
	return err;
}

int source_read(const char *path, char **source_r, struct text *message_r)
{
	char *octets, *source;
	size_t length;
	int err = file_read(path, SOURCE_MAX, &octets, &length);

	*source_r = NULL;
	if (err != ERR_NONE)
		return explain(err, path, message_r);
	if (memchr(octets, '\0', length) != NULL) {
		free(octets);
		text_add_format(message_r, "%s: not a text file: it contains NUL bytes", path);
		return ERR_SYNTAX;
	}
	source = realloc(octets, length + sizeof(end));
	if (source == NULL) {
		free(octets);
		return explain(ERR_MEMORY, path, message_r);
	}
	memcpy(source + length, end, sizeof(end));
	*source_r = source;
	return ERR_NONE;
}
