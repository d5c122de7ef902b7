/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of file formats. */
#include "ctl/formats.h"

#include <string.h>

#include "base/text.h"

static const struct format formats[] = {
	{"text", import_text, export_text},
	{"csv", import_csv, export_csv},
	{"json", NULL, export_json},
	{"rbldnsd", import_rbldnsd, export_rbldnsd},
	{"zone", NULL, export_zone},
	{"postfix-cidr", NULL, export_postfix_cidr},
};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static const struct format *find(const char *name, bool import)
{
	char buffer[128];
	struct text names = TEXT_OVER(buffer);

	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		if (import && formats[i].parse == NULL)
			continue;
		if (name != NULL && strcmp(formats[i].name, name) == 0)
			return &formats[i];
		text_add_format(&names, "%s%s", names.length > 0 ? ", " : "", formats[i].name);
	}
	say_error("%s --format %s: must be one of %s", name != NULL ? "invalid" : "missing",
		name != NULL ? name : "FORMAT", buffer);
	return NULL;
}

const struct format *formats_find_import(const char *name)
{
	return find(name, true);
}

const struct format *formats_find_export(const char *name)
{
	return find(name, false);
}
