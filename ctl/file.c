/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the files that become evidence. */
#include "ctl/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/file.h"
#include "ctl/output.h"
#include "store/evidence.h"

static enum status report_failure(int err, const char *path)
{
	if (err == ERR_RANGE)
		return fail(STATUS_USAGE, "%s: larger than %zu bytes", path, EVIDENCE_MAX);
	if (err == ERR_REFUSED)
		return fail(STATUS_USAGE, "%s: not a regular file; - reads standard input", path);
	return fail_to_read(path, err == ERR_MEMORY ? ENOMEM : errno);
}

enum status file_read_evidence(const char *path, char **octets_r, size_t *length_r)
{
	const char *name = strcmp(path, "-") == 0 ? NULL : path;
	int err = file_read(name, EVIDENCE_MAX, octets_r, length_r);

	if (err != ERR_NONE)
		return report_failure(err, path);
	if (*length_r > 0)
		return STATUS_DONE;
	free(*octets_r);
	*octets_r = NULL;
	return fail(STATUS_USAGE, "%s: the file is empty", path);
}
