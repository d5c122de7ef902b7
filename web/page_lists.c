/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of all lists. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/lists.h"
#include "web/embedded.h"
#include "web/page.h"

#define DAY_SECS 86400

static void write_row(FILE *out, const struct list *list)
{
	char duration[CLOCK_TEXT_SIZE];
	bool ends = list->expires != CLOCK_NEVER;
	int64_t days = ends && list->expires % DAY_SECS == 0 ? list->expires / DAY_SECS : 0;

	clock_format_duration(list->expires, duration);
	template_write_row(out, html_lists, "list",
		VALUES({"name", .text = list->name}, {"title", .text = list->title},
			{list_removal_name(list->removal), .number = 1},
			{"proxies", .number = strcmp(list->name, LIST_OF_PROXIES) == 0},
			{"days", .number = days}, {"one_day", .number = days == 1},
			{"duration", .text = ends ? duration : NULL},
			{"code", .number = list->dns_code}));
}

int page_lists(const struct visit *visit, struct answer *answer)
{
	struct lists lists;
	struct rows rows;
	int err = lists_read(visit->ops, &lists);

	if (err == ERR_NONE)
		err = rows_begin(&rows);
	if (err != ERR_NONE)
		return err;
	for (size_t i = 0; i < lists.count; i++)
		write_row(rows.out, &lists.lists[i]);
	rows_end(&rows);
	page_write(visit, answer, "The lists", html_lists, VALUES({"list", .text = rows.html}));
	free(rows.html);
	return ERR_NONE;
}
