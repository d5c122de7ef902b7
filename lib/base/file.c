/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads whole files with a limit. */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"

static int read_stream(FILE *file, size_t most, char **octets_r, size_t *length_r)
{
	/* One octet more shows that the file is too long; the NUL needs the same room. */
	char *octets = malloc(most + 1);

	if (octets == NULL)
		return ERR_MEMORY;
	*octets_r = octets;
	errno = 0;
	*length_r = fread(octets, 1, most + 1, file);
	if (ferror(file))
		return ERR_IO;
	if (*length_r > most)
		return ERR_RANGE;
	octets[*length_r] = '\0';
	return ERR_NONE;
}

int file_read(const char *path, size_t most, char **octets_r, size_t *length_r)
{
	FILE *file = path == NULL ? stdin : fopen(path, "rbe");
	int err, saved_errno;

	*octets_r = NULL;
	*length_r = 0;
	if (file == NULL)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	err = read_stream(file, most, octets_r, length_r);
	saved_errno = errno;
	if (file != stdin)
		fclose(file);
	if (err != ERR_NONE) {
		free(*octets_r);
		*octets_r = NULL;
		*length_r = 0;
	}
	errno = saved_errno;
	return err;
}
