/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_ANSWER_H
#define MILTER_ANSWER_H

#include <libmilter/mfapi.h>

#include "core/hit.h"
#include "core/reply.h"

struct trap;

/* The only place that talks replies and headers to libmilter. */

#define ANSWER_HEADER "X-OPS-Listed"

/* Sets the reply, if there is one, and returns what a callback returns for it. */
sfsistat answer_give(SMFICTX *context, const struct reply *reply);

/* At the end of a message: takes forged headers of ours away and puts the true one in, unless hit
 * is NULL. */
sfsistat answer_tag(SMFICTX *context, const struct hit *hit, unsigned forged_count);

/* At the end of a message to trap recipients: throws it away, or takes them out of its recipients.
 */
sfsistat answer_trap(SMFICTX *context, const struct trap *trap);

#endif
