/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_FILE_H
#define CTL_FILE_H

#include <stddef.h>

#include "ctl/command.h"

/*
 * Reads a whole file, any octets, or standard input for "-". Reports a file that is missing,
 * empty, unreadable or longer than most. STATUS_USAGE or STATUS_FAILED. *octets_r is to be freed.
 */
enum status file_read(const char *path, size_t most, char **octets_r, size_t *length_r);

#endif
