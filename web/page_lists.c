/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/lists.h"
#include "web/embedded.h"
#include "web/page.h"
#include "web/template.h"

static const char *removal_words(const struct list *list)
{
	switch (list->removal) {
	case REMOVAL_RETEST:
		return strcmp(list->name, LIST_OF_PROXIES) == 0 ? "by test, at once"
								: "by test, made by the operator";
	case REMOVAL_REVIEW:
		return "by review";
	default:
		return "by age";
	}
}

static void format_duration(int64_t seconds, char *buffer, size_t size)
{
	char text[CLOCK_TEXT_SIZE];
	size_t digits;

	clock_format_duration(seconds, text);
	digits = strspn(text, "0123456789");
	if (seconds == CLOCK_NEVER)
		snprintf(buffer, size, "until ended");
	else
		snprintf(buffer, size, "%.*s%s", (int)digits, text,
			strcmp(text + digits, "d") == 0 ? " days" : text + digits);
}

static void write_row(FILE *out, const struct list *list)
{
	char expires[CLOCK_TEXT_SIZE + 8];
	char code[16];

	format_duration(list->expires, expires, sizeof(expires));
	snprintf(code, sizeof(code), "127.0.0.%d", list->dns_code);
	template_write(out, html_lists_row,
		(const struct value[]){
			{"name", .text = list->name},
			{"title", .text = list->title},
			{"removal", .text = removal_words(list)},
			{"expires", .text = expires},
			{"code", .text = code},
			{.name = NULL},
		});
}

int page_lists(const struct visit *visit, struct answer *answer)
{
	struct lists lists;
	char *rows = NULL;
	size_t length;
	FILE *out;
	int err = lists_read(visit->ops, &lists);

	if (err != ERR_NONE)
		return err;
	out = open_memstream(&rows, &length);
	if (out == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < lists.count; i++)
		write_row(out, &lists.lists[i]);
	fclose(out);
	page_begin(visit, answer, "The lists");
	template_write(answer->out, html_lists,
		(const struct value[]){{"rows", .text = rows}, {.name = NULL}});
	free(rows);
	return ERR_NONE;
}
