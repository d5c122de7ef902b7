/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors of syntax in the configuration file, in words that say what to change. */
#include "conf/syntax.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "conf/options.h"
#include "conf/source.h"

/* What libConfuse says before the name of an option or section in single quotes. */
static const struct {
	const char *theirs;
	const char *ours; /* behind the name */
} errors[] = {
	{"missing equal sign after option '", "the = is missing behind the name"},
	{"missing opening brace for section '", "the { is missing behind the name of the section"},
	{"attempt to append to non-list option '", "only lists can be added to; write = for +="},
};

/* Says where a name that is unknown here is known. */
static void say_unknown(const char *name, struct text *message_r)
{
	size_t places = 0;

	for (const struct option *option = options; option->name != NULL; option++) {
		bool same = strcmp(option->name, name) == 0;
		bool top = option->section == NULL;
		if (top ? same : strcmp(option->section, name) == 0) {
			text_add(message_r, "must be outside of all sections");
			return;
		}
		if (same)
			text_add_format(message_r, "%s%s",
				places++ == 0 ? "must be in section " : " or ", option->section);
	}
	if (places == 0)
		text_add(message_r, "unknown option or section; see opsmilter.conf(5)");
}

/* Copies what is between the first two single quotes behind `at`; false if nothing is. */
static bool copy_quoted(const char *at, char *name_r, size_t size)
{
	struct text name = text_over(name_r, size);
	const char *quote = strchr(at, '\'');

	if (quote == NULL)
		return false;
	text_add_octets(&name, quote + 1, strcspn(quote + 1, "'"));
	return true;
}

/* Behind the last line, everything is about what is missing there. */
static void explain_end(const char *error, struct text *message_r)
{
	if (strstr(error, "no such option '" SOURCE_END) != NULL)
		text_add(message_r, "the file ends, but its last section is not closed; add a }");
	else if (strncmp(error, "unexpected", 10) == 0 || strncmp(error, "missing", 7) == 0)
		text_add(message_r, "the file ends, but its last option is incomplete");
	else
		text_add(message_r, "the file ends inside a string or a comment; close it");
}

void syntax_explain(const char *section, const char *error, bool at_end, struct text *message_r)
{
	char name[64];
	bool named = copy_quoted(error, name, sizeof(name));
	bool unknown = named && strncmp(error, "no such option", 14) == 0;
	const char *ours = NULL;

	if (at_end) {
		explain_end(error, message_r);
		return;
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strncmp(error, errors[i].theirs, strlen(errors[i].theirs)) == 0)
			ours = errors[i].ours;
	}
	if (unknown || ours != NULL) {
		if (section != NULL)
			text_add_format(message_r, "%s.", section);
		text_add_printable(message_r, name);
		text_add(message_r, ": ");
	}
	if (unknown)
		say_unknown(name, message_r);
	else if (ours != NULL)
		text_add(message_r, ours);
	else if (strcmp(error, "unexpected closing brace") == 0)
		text_add(message_r, "this } closes no section");
	else {
		text_add(message_r,
			strncmp(error, "unexpected token", 16) == 0 ? "unexpected \"" : "");
		text_add_printable(message_r, named ? name : error);
		text_add(
			message_r, named ? "\"; see opsmilter.conf(5)" : "; see opsmilter.conf(5)");
	}
}
