/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_ANSWER_H
#define MILTER_ANSWER_H

#include <libmilter/mfapi.h>

#include "core/hit.h"
#include "core/reply.h"

struct trap;

/* No other file gives libmilter replies or headers. */

#define ANSWER_HEADER "X-OPS-Listed"

/* Sets the reply, if there is one, and returns what a callback returns for it. */
sfsistat answer_give(SMFICTX *context, const struct reply *reply);

/* At the end of a message: removes its forged headers of this name and inserts that of the hit;
 * NULL: none. */
sfsistat answer_tag(SMFICTX *context, const struct hit *hit, unsigned forged_count);

/* At the end of a message to trap recipients: discards it, or removes them from its recipients. */
sfsistat answer_trap(SMFICTX *context, const struct trap *trap);

#endif
