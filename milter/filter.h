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
 * One reading of the configuration with the databases it names. A session holds the filter that was
 * current when it began.
 */
struct filter {
	struct snapshot snapshot; /* the first member */
	struct filter *next;      /* used by filter.c */
	struct conf *conf;
	struct pool *lookups;
	struct hitlog *hits;
};

/*
 * Makes a filter with a configuration, which it then owns, and makes it current. If the databases
 * cannot be opened, that is an error with must_work, else a warning. On failure the caller still
 * owns the configuration.
 */
int filter_install(struct conf *conf, bool must_work, struct text *message_r)
	__attribute__((warn_unused_result));

/* Logs that a database could not be used, at most once a minute. Any thread. */
void filter_log_failure(const char *message);

/* The current filter, held. Any thread. */
struct filter *filter_hold(void);

/* Ends a hold. A filter that is not current is freed with its last hold, after its hits are
 * written. Any thread. */
void filter_release(struct filter **filter);

/*
 * Begin and end each step of a session. false: the program is stopping, and the step must not
 * record anything and not call filter_end_step(). Any thread.
 */
bool filter_begin_step(void) __attribute__((warn_unused_result));
void filter_end_step(void);

/* Lets no step begin any more, waits for those that have begun, and writes the hits that are left.
 */
void filter_stop(void);

#endif
