/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"

#define SOURCE_MAX (1024 * 1024)

static const char end[] = "\n" SOURCE_END " = true\n";

static int say_errno(const char *path, int error, struct text *message_r)
{
	text_add_format(
		message_r, "%s: %s; -c names another configuration file", path, strerror(error));
	return error == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

/* Reads all of a file into a buffer with room for the end. */
static int read_all(FILE *file, const char *path, char *buffer, struct text *message_r)
{
	size_t length = fread(buffer, 1, SOURCE_MAX + 1, file);

	if (ferror(file))
		return say_errno(path, errno, message_r);
	if (length > SOURCE_MAX) {
		text_add_format(message_r, "%s: longer than 1 MiB; that is no configuration", path);
		return ERR_RANGE;
	}
	if (memchr(buffer, '\0', length) != NULL) {
		text_add_format(message_r, "%s: it holds NUL octets; a text file is wanted", path);
		return ERR_SYNTAX;
	}
	memcpy(buffer + length, end, sizeof(end));
	return ERR_NONE;
}

int source_read(const char *path, char **source_r, struct text *message_r)
{
	FILE *file = fopen(path, "r");
	int err;

	*source_r = NULL;
	if (file == NULL)
		return say_errno(path, errno, message_r);
	char *buffer = malloc(SOURCE_MAX + 1 + sizeof(end));
	if (buffer == NULL) {
		text_add_format(message_r, "%s: %s", path, err_text(ERR_MEMORY));
		err = ERR_MEMORY;
	} else {
		err = read_all(file, path, buffer, message_r);
	}
	fclose(file);
	if (err == ERR_NONE)
		*source_r = buffer;
	else
		free(buffer);
	return err;
}
