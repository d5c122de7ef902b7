/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_LISTING_H
#define CTL_LISTING_H

#include "ctl/context.h"

/*
 * When a listing added now ends: by --expires, else by the setting of its list. STATUS_USAGE,
 * reported.
 */
enum status listing_read_expiry(const struct context *context, int64_t *expires_at_r);

#endif
