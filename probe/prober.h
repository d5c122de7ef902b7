/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_PROBER_H
#define PROBE_PROBER_H

#include <stddef.h>

#include "probe/result.h"

struct conf;
struct engine;
struct event_base;
struct text;

/* The prober as the configuration has it. */
struct prober {
	struct event_base *loop;
	struct engine *engine;
	struct target *targets;
	size_t target_count;
};

/* What the configuration's options say beyond their form: not too many ports. ERR_RANGE. */
int prober_check(const struct conf *conf, struct text *message_r)
	__attribute__((warn_unused_result));

/* Opens the listeners, which may need root. To be freed by prober_free(). */
int prober_open(const struct conf *conf, struct prober *prober_r, struct text *message_r)
	__attribute__((warn_unused_result));

/* Tests under way end without a result. */
void prober_free_engine(struct prober *prober);
void prober_free(struct prober *prober);

#endif
