/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_EXPORT_H
#define CTL_EXPORT_H

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

/* The formats. Each returns ERR_NONE, or the error of reading more from the database. */
int export_text(const struct export *export);
int export_csv(const struct export *export);
int export_json(const struct export *export);
int export_zone(const struct export *export);
int export_rbldnsd(const struct export *export);
int export_postfix_cidr(const struct export *export);

/* The reason of an entry. */
const char *export_reason(const struct export *export, const struct batch_entry *entry);

/* Adds "SITE_URL/lookup?ip=ADDRESS". */
void export_add_link(const struct export *export, const struct addr *addr, struct text *text);

#endif
