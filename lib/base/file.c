/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads whole files with a limit. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Without O_NONBLOCK, a pipe that nobody writes to would be waited for. A folder fails when read.
 */
static int open_regular(const char *path, FILE **file_r)
{
	struct stat status;
	int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int err = ERR_IO;

	if (descriptor < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	if (fstat(descriptor, &status) == 0)
		err = S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) ? ERR_NONE : ERR_REFUSED;
	if (err == ERR_NONE && (*file_r = fdopen(descriptor, "rb")) != NULL)
		return ERR_NONE;
	if (err == ERR_NONE)
		err = ERR_IO;
	int saved_errno = errno;
	close(descriptor);
	errno = saved_errno;
	return err;
}

int file_read(const char *path, size_t most, char **octets_r, size_t *length_r)
{
	FILE *file = stdin;
	int err = path != NULL ? open_regular(path, &file) : ERR_NONE;

	*octets_r = NULL;
	*length_r = 0;
	if (err != ERR_NONE)
		return err;
	err = read_stream(file, most, octets_r, length_r);
	int saved_errno = errno;
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
