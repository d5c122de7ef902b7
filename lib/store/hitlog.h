/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_HITLOG_H
#define STORE_HITLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hit.h"

struct text;

/*
 * The writer of the hit log. One thread commits many sessions' hits in one transaction, so that the
 * price of a hit is a share of one disk flush, and only those wait whose hit it is.
 */
struct hitlog;

/*
 * Writes hit->reply, now that hit->id and hit->ref are known. Runs on the writer's thread, inside
 * the transaction: quick, and without waiting. context is the one given to hitlog_record().
 */
typedef void hitlog_compose(struct hit *hit, const void *context);

/*
 * Starts the writer. Nothing is opened yet: a log that cannot be written is told to those who
 * record. sync_full: a hit that was recorded survives a loss of power, else a crash of the program.
 * ERR_MEMORY. path is copied.
 */
int hitlog_start(const char *path, bool sync_full, struct hitlog **log_r)
	__attribute__((warn_unused_result));

/*
 * Writes what is waiting, then ends the writer. Nobody may record any more. Returns how many posted
 * hits could not be written, as the log cannot be used: the caller says so.
 */
size_t hitlog_stop(struct hitlog **log);

/*
 * Puts a hit on record and returns when it is on disk, with id, ref and reply filled in. Any
 * thread. After wait_msecs, or when the log cannot be written, it returns an error and the row is
 * not there; if the disk holds a commit up for so long that nobody can tell, the row is amended to
 * `otherwise` with the reply `why` (a static string) as soon as it can be. message_r says what
 * failed.
 */
int hitlog_record(struct hitlog *log, struct hit *hit, hitlog_compose *compose, const void *context,
	int wait_msecs, enum hit_action otherwise, const char *why, struct text *message_r)
	__attribute__((warn_unused_result));

/*
 * Puts a hit on record some time soon, without waiting: for what no client is told of. ERR_MEMORY
 * or ERR_REFUSED when too many are waiting already.
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
