/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_FORMATS_H
#define CTL_FORMATS_H

#include "ctl/export_formats.h"
#include "ctl/import_formats.h"
#include "ctl/output.h"

/* A file format of listings. */
struct format {
	const char *name;    /* as --format has it */
	format_parse *parse; /* NULL: cannot be imported */
	format_write *write;
};

/* The format of a name; NULL after an error that has the names of those that can be read. */
const struct format *formats_find_import(const char *name);

/* The same for those that can be written; NULL: no name was given. */
const struct format *formats_find_export(const char *name);

#endif
