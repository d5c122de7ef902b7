/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_FILE_H
#define CTL_FILE_H

#include <stddef.h>

#include "ctl/output.h"

/*
 * Reads a file, or standard input for "-", of at most EVIDENCE_MAX octets. Reports a file that is
 * missing, empty, unreadable or larger. STATUS_USAGE or STATUS_FAILED; octets_r is NULL then.
 * free() *octets_r.
 */
enum status file_read_evidence(const char *path, char **octets_r, size_t *length_r);

#endif
