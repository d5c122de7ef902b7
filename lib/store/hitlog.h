/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HITLOG_H
#define STORE_HITLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hit.h"

struct text;

/*
 * The writer of the hit log. One thread commits the hits of many sessions in one transaction, so
 * that they share the cost of a disk flush, and only sessions with a hit wait.
 */
struct hitlog;

/*
 * Writes hit->reply when hit->id and hit->ref are known. Runs on the writer's thread, inside the
 * transaction: it must be quick and must not wait. context is the one given to hitlog_record().
 */
typedef void hitlog_compose(struct hit *hit, const void *context);

/*
 * Reports, on the writer's thread, that a hit is lost because it breaks a rule of the schema, and
 * that no session waits for it. May be called for each hit.
 */
typedef void hitlog_report(const char *message);

/*
 * Starts the writer. Nothing is opened yet: hitlog_record() and hitlog_post() return the errors of
 * a log that cannot be written. With sync_full, a recorded hit survives a loss of power, else a
 * crash of the program. report may be NULL. path is copied. ERR_MEMORY.
 */
int hitlog_start(const char *path, bool sync_full, hitlog_report *report, struct hitlog **log_r)
	__attribute__((warn_unused_result));

/*
 * Writes the hits that are waiting, then ends the writer. No thread may record or post any longer.
 * Returns how many posted hits are lost because the log could not be written; the caller logs that.
 */
size_t hitlog_stop(struct hitlog **log);

/*
 * Records a hit and returns when it is on disk, with id, ref and reply filled in. Any thread. After
 * wait_msecs, or when the log cannot be written, it returns an error, and the row is not there. If
 * the disk holds up a commit so long that nobody can tell, the row is changed to the action
 * `fallback` with the reply `why` (a static string) as soon as possible. message_r says what
 * failed.
 */
int hitlog_record(struct hitlog *log, struct hit *hit, hitlog_compose *compose, const void *context,
	int wait_msecs, enum hit_action fallback, const char *why, struct text *message_r)
	__attribute__((warn_unused_result));

/*
 * Records a hit soon, without waiting: for hits that no client is told of. Any thread. ERR_MEMORY,
 * or ERR_REFUSED when too many are waiting; message_r says so.
 */
int hitlog_post(struct hitlog *log, const struct hit *hit, struct text *message_r)
	__attribute__((warn_unused_result));

/* How long commits of hits took, of all hit logs of this process since its start. Any thread. */
struct hitlog_times {
	int64_t commits;
	int64_t usecs; /* of all of them */
	int64_t longest_usecs;
};
struct hitlog_times hitlog_times(void);

#endif
