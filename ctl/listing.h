/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include "ctl/context.h"

/*
 * The moment at which a listing made now ends: by --expires, else as its list says. Complains;
 * STATUS_USAGE.
 */
enum status listing_read_expiry(
	const struct context *context, const struct list *list, int64_t *expires_at_r);

/* Complains of a reason that is missing (NULL) or unusable. STATUS_USAGE. */
enum status listing_check_reason(const char *reason);

#endif
