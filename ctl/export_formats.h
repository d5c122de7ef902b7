/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_EXPORT_FORMATS_H
#define CTL_EXPORT_FORMATS_H

#include "core/listing.h"
#include "store/batch.h"

struct db;
struct text;

/* What an export writes to standard output. */
struct export
{
	const struct list *list;
	const char *site_url;
	int64_t now;
	struct batch *batch; /* in force, sorted by address */
	struct db *db;
};

/* Writes a list in a format. ERR_NONE, or the error of reading more from the database. */
typedef int format_write(const struct export *export);

format_write export_text, export_csv, export_json, export_zone, export_rbldnsd, export_postfix_cidr;

/* The reason of an entry. */
const char *export_reason(const struct export *export, const struct batch_entry *entry);

/* Adds "SITE_URL/lookup?ip=ADDRESS". */
void export_add_link(const struct export *export, const struct addr *addr, struct text *text);

#endif
