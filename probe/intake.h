/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_INTAKE_H
#define PROBE_INTAKE_H

#include <stdint.h>

#include "daemon/failure_log.h"

struct conf;
struct db;

/* How the worker takes what strangers file out of the inbox. All zero but the failure log. */
struct intake {
	struct db *inbox; /* NULL while it cannot be used */
	struct failure_log failures;
	int64_t tried_msecs;  /* when opening it failed last; monotonic */
	int64_t purged_msecs; /* when old copies were deleted last; monotonic */
};

/* Takes what waits, and deletes the copies of nominations that were denied two weeks ago. An inbox
 * that cannot be used is logged and tried again: no test waits for it. Errors are those of ops. */
int intake_run(struct intake *intake, const struct conf *conf, struct db *ops)
	__attribute__((warn_unused_result));

void intake_close(struct intake *intake);

#endif
