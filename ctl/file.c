/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a whole file. */
#include "ctl/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/output.h"

static enum status report_file_error(const char *path, int error)
{
	say_error("%s: %s", path, strerror(error));
	return error == ENOENT || error == EISDIR || error == EACCES ? STATUS_USAGE : STATUS_FAILED;
}

/* One octet more than allowed is asked for, to see whether there is one. */
static enum status read_stream(
	FILE *file, const char *path, size_t most, char **octets_r, size_t *length_r)
{
	char *octets = malloc(most + 1);

	if (octets == NULL)
		return report_file_error(path, ENOMEM);
	errno = 0;
	*length_r = fread(octets, 1, most + 1, file);
	*octets_r = octets;
	if (ferror(file))
		return report_file_error(path, errno);
	if (*length_r > most) {
		say_error("%s: larger than %zu octets", path, most);
		return STATUS_USAGE;
	}
	if (*length_r == 0) {
		say_error("%s: the file is empty", path);
		return STATUS_USAGE;
	}
	return STATUS_DONE;
}

enum status file_read(const char *path, size_t most, char **octets_r, size_t *length_r)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");

	*octets_r = NULL;
	if (file == NULL)
		return report_file_error(path, errno);
	enum status status = read_stream(file, path, most, octets_r, length_r);
	if (file != stdin)
		fclose(file);
	if (status != STATUS_DONE) {
		free(*octets_r);
		*octets_r = NULL;
	}
	return status;
}
