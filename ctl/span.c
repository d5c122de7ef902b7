/* SPDX-License-Identifier: BSD-2-Clause */
#include "span.h"

#include "base/clock.h"
#include "base/err.h"
#include "output.h"

static enum status read_moment(enum option_id id, const char *value, int64_t now, int64_t *time_r)
{
	if (clock_parse_moment(value, now, time_r) == ERR_NONE)
		return STATUS_DONE;
	complain("--%s: \"%s\" is no moment; right is 7d, 2026-11-20 or \"2026-11-20 21:02\" (UTC)",
		option_name(id), value);
	return STATUS_USAGE;
}

enum status span_read(const struct context *context, const char *otherwise, struct span *span_r)
{
	const char *since = context_option(context, OPTION_SINCE, otherwise);
	const char *until = context_option(context, OPTION_UNTIL, NULL);
	int64_t now = clock_now();

	*span_r = (struct span){.since = INT64_MIN, .until = INT64_MAX};
	if (since != NULL && read_moment(OPTION_SINCE, since, now, &span_r->since) != STATUS_DONE)
		return STATUS_USAGE;
	if (until != NULL && read_moment(OPTION_UNTIL, until, now, &span_r->until) != STATUS_DONE)
		return STATUS_USAGE;
	if (span_r->since > now) {
		complain("--since %s lies in the future", since);
		return STATUS_USAGE;
	}
	if (span_r->since <= span_r->until)
		return STATUS_DONE;
	complain("--since %s is later than --until %s: that is no time at all", since, until);
	return STATUS_USAGE;
}
