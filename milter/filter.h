/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_FILTER_H
#define MILTER_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "conf/conf.h"
#include "daemon/snapshot.h"
#include "store/hitlog.h"
#include "store/lookup.h"

struct text;

/*
 * What a session works with: one reading of the configuration and the databases it names. A session
 * holds the one that was current when it began, to its end; a reload makes another current.
 */
struct filter {
	struct snapshot snapshot; /* the first member */
	struct filter *next;      /* of all that are held; guarded by filter.c */
	struct conf *conf;
	struct pool *lookups;
	struct hitlog *hits;
};

/*
 * Makes a filter of a configuration, which it owns from then on, and makes it the current one. The
 * databases are opened to see that they can be used; with must_work a failure of that is an error,
 * else it is left to each session's on_error. All or nothing: on failure the configuration is the
 * caller's.
 */
int filter_install(struct conf *conf, bool must_work, struct text *message_r)
	__attribute__((warn_unused_result));

/* Logs that a database could not be used, at most once a minute. Any thread. */
void filter_log_failure(const char *message);

/* The current filter, held. Any thread. */
struct filter *filter_hold(void);

/* One more hold of a filter that the caller holds. Any thread. */
struct filter *filter_hold_this(struct filter *filter);

/* Lets go; what nobody holds and is not current is freed, its hits written first. Any thread. */
void filter_release(struct filter **filter);

/*
 * Stands around each step of a session. false: the program is stopping, and nothing may be recorded
 * any more; there is no end then. Any thread.
 */
bool filter_begin_step(void) __attribute__((warn_unused_result));
void filter_end_step(void);

/* Waits a while for the steps under way, then writes what hits are left. No session goes on after
 * it. */
void filter_stop(void);

#endif
