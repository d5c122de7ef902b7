/* SPDX-License-Identifier: BSD-2-Clause */
/* What all pages share: the frame, problems, redirections, allowances. */
#include "web/page.h"

#include <stdarg.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "web/embedded.h"
#include "web/site.h"

/* A visitor with more addresses than this has to write to the operator. */
#define REMOVALS_PER_DAY 50

static void write_frame(
	const struct visit *visit, struct answer *answer, const char *template, const char *title)
{
	template_write(answer->out, template,
		VALUES({"title", .text = title},
			{"operator", .text = visit->conf->web.operator_name}));
}

void page_write(const struct visit *visit, struct answer *answer, const char *title,
	const char *template, const struct value *values)
{
	if (!answer->has_frame)
		write_frame(visit, answer, html_frame_begin, title);
	answer->has_frame = true;
	template_write(answer->out, template, values);
}

void page_end(const struct visit *visit, struct answer *answer)
{
	write_frame(visit, answer, html_frame_end, NULL);
}

void page_problem(const struct visit *visit, struct answer *answer, unsigned status,
	const char *title, const char *problem)
{
	answer->status = status;
	page_write(visit, answer, title, html_problem,
		VALUES({"title", .text = title}, {problem, .number = 1}));
	page_write(visit, answer, NULL, html_lookup_form,
		VALUES({"value", .text = visit_field(visit, "ip")}));
}

void page_redirect(struct answer *answer, const char *format, ...)
{
	va_list arguments;

	answer->status = 303;
	va_start(arguments, format);
	vsnprintf(answer->location, sizeof(answer->location), format, arguments);
	va_end(arguments);
}

bool page_take_allowance(const struct visit *visit, struct answer *answer, enum allowance allowance)
{
	const struct conf_web *web = &visit->conf->web;
	const struct {
		long most;
		int64_t span_secs;
		const char *title;
		const char *problem;
	} all[ALLOWANCES] =
		{
			[ALLOWANCE_LOOKUPS] = {web->lookups_per_hour, 3600, "Too many look-ups",
				"too_many_lookups"},
			[ALLOWANCE_NOMINATIONS] = {web->nominations_per_day, 86400,
				"Too many nominations", "too_many_forms"},
			[ALLOWANCE_REMOVALS] = {REMOVALS_PER_DAY, 86400, "Too many requests",
				"too_many_forms"},
		},
	  *limit = &all[allowance];

	if (limits_take(visit->site->limits, allowance, &visit->client,
		    clock_monotonic_msecs() / 1000, limit->most, limit->span_secs,
		    &answer->retry_secs)) {
		answer->retry_secs = 0;
		return true;
	}
	page_problem(visit, answer, 429, limit->title, limit->problem);
	return false;
}

bool page_read_address(const struct visit *visit, struct answer *answer, struct addr *addr_r)
{
	if (visit_read_address(visit, addr_r))
		return true;
	page_problem(visit, answer, 400,
		visit_field(visit, "ip")[0] ? "That is not an IP address" : "Which address?",
		"no_address");
	return false;
}
