/* SPDX-License-Identifier: BSD-2-Clause */
/* The progress bar of an import. */
#include "ctl/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define BAR_WIDTH 40
#define REDRAW_MSECS 100

void progress_begin(struct progress *progress, const char *phase, int64_t total)
{
	progress->shown = isatty(STDERR_FILENO);
	progress->phase = phase;
	progress->total = total;
	progress->drawn_msecs = 0;
	progress_show(progress, 0);
}

static void draw(const struct progress *progress, int64_t done)
{
	static const char full[] = "########################################";
	int64_t share = done < progress->total ? done * 100 / progress->total : 100;
	int filled = (int)(share * BAR_WIDTH / 100);

	fprintf(stderr, "\r\033[K%s [%.*s%*s] %3" PRId64 " %%", progress->phase, filled, full,
		BAR_WIDTH - filled, "", share);
}

void progress_show(struct progress *progress, int64_t done)
{
	if (!progress->shown)
		return;
	int64_t now = clock_monotonic_msecs();
	if (progress->drawn_msecs != 0 && now - progress->drawn_msecs < REDRAW_MSECS)
		return;
	progress->drawn_msecs = now;
	if (progress->total > 0)
		draw(progress, done);
	else
		fprintf(stderr, "\r\033[K%s %" PRId64, progress->phase, done);
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
