/* SPDX-License-Identifier: BSD-2-Clause */
/* What the filter counts, and how it gets into the hit log. */
#include "milter/counters.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "conf/conf.h"
#include "store/counters.h"
#include "store/db.h"
#include "store/hitlog.h"
#include "store/migrate.h"

static atomic_ullong counts[COUNTER_COUNT];

/* The figures of the hit log follow those of the enum. */
enum { COMMITS = COUNTER_COUNT, COMMIT_USECS, LONGEST_COMMIT_USECS, FIGURES };

/* Names for Prometheus, behind "opsmilter_filter_". */
static const char *const names[FIGURES] = {
	[COUNTER_SESSIONS] = "sessions_total",
	[COUNTER_LOOKUPS] = "lookups_total",
	[COUNTER_LISTED] = "listed_total",
	[COUNTER_LOOKUP_ERRORS] = "lookup_errors_total",
	[COUNTER_HIT_ERRORS] = "hit_errors_total",
	[COUNTER_TRAPPED] = "trapped_messages_total",
	[COUNTER_NOMINATIONS] = "nominations_total",
	[COMMITS] = "commits_total",
	[COMMIT_USECS] = "commit_microseconds_total",
	[LONGEST_COMMIT_USECS] = "longest_commit_microseconds",
};

void counters_add(enum counter counter)
{
	atomic_fetch_add_explicit(&counts[counter], 1, memory_order_relaxed);
}

static void read_figures(int64_t figures_r[FIGURES])
{
	struct hitlog_times times = hitlog_times();

	for (int i = 0; i < COUNTER_COUNT; i++)
		figures_r[i] = (int64_t)atomic_load_explicit(&counts[i], memory_order_relaxed);
	figures_r[COMMITS] = times.commits;
	figures_r[COMMIT_USECS] = times.usecs;
	figures_r[LONGEST_COMMIT_USECS] = times.longest_usecs;
}

/* No connection is kept open, because the hit log may be replaced. */
static int write_figures(const char *path, const int64_t figures[FIGURES])
{
	struct db_options options = {
		.kind = DB_HITS, .role = ROLE_FILTER, .writable = true, .wait_msecs = 100};
	struct db *db;
	int err = store_open(path, &options, &db, NULL);

	if (err != ERR_NONE)
		return err;
	err = counters_store(db, names, figures, FIGURES, clock_now());
	db_close(&db);
	return err;
}

void counters_write(const struct conf *conf)
{
	static int64_t written[FIGURES] = {-1}; /* of the one thread that writes */
	int64_t figures[FIGURES];

	read_figures(figures);
	if (memcmp(figures, written, sizeof(figures)) != 0 &&
		write_figures(conf->hit_log, figures) == ERR_NONE)
		memcpy(written, figures, sizeof(written));
}
