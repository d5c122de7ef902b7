/* SPDX-License-Identifier: BSD-2-Clause */
/* What a check found, as a line for people or as JSON; and whether any check failed. */
#include "ctl/check_report.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "ctl/output.h"

static bool is_json, something_failed;

void check_begin(bool json)
{
	is_json = json;
	something_failed = false;
}

void check_say(
	enum check_outcome outcome, const char *what, const char *fix, const char *format, ...)
{
	static const struct {
		const char *name, *shown;
		enum colour colour;
	} outcomes[] = {
		[CHECK_OK] = {"ok", "ok", COLOUR_GREEN},
		[CHECK_NOTE] = {"note", "note", COLOUR_BOLD},
		[CHECK_WARNING] = {"warning", "warning", COLOUR_YELLOW},
		[CHECK_FAILED] = {"failed", "FAILED", COLOUR_RED},
	};
	struct json json = {.file = stdout};
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	something_failed |= outcome == CHECK_FAILED;
	if (is_json) {
		json_open(&json, NULL, '{');
		json_text(&json, "check", what);
		json_text(&json, "outcome", outcomes[outcome].name);
		json_text(&json, "text", text);
		json_text(&json, "fix", fix);
		json_close(&json, '}');
		json_end_line(&json);
		return;
	}
	printf("%s%-7s%s  ", colour_on(outcomes[outcome].colour), outcomes[outcome].shown,
		colour_off(outcomes[outcome].colour));
	say("%-13s  %s%s%s", what, text, fix != NULL ? "; " : "", fix != NULL ? fix : "");
	/* Later checks may take long: show this result now. */
	fflush(stdout);
	/* A write error must be noticed while errno still tells its cause. */
	(void)output_works();
}

bool check_has_failed(void)
{
	return something_failed;
}
