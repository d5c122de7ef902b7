/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

/*
 * Reads a whole regular file of at most `most` octets. path NULL is standard input, whatever that
 * is. The octets are followed by a NUL that length_r does not count; free() them. ERR_NOT_FOUND,
 * ERR_IO (both with errno), ERR_REFUSED (a pipe or a device, which is not waited for), ERR_RANGE
 * (longer than most) or ERR_MEMORY; octets_r is NULL then.
 */
int file_read(const char *path, size_t most, char **octets_r, size_t *length_r)
	__attribute__((warn_unused_result));

#endif
