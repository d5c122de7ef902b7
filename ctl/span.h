/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_SPAN_H
#define CTL_SPAN_H

#include "context.h"

/* A time that a command is about, from its first to its last second. */
struct span {
	int64_t since;
	int64_t until;
};

/* By --since (`otherwise` where it was not given) and --until. Complains; STATUS_USAGE. */
enum status span_read(const struct context *context, const char *otherwise, struct span *span_r);

#endif
