/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_PROBE_FAKE_ENGINE_H
#define TESTS_PROBE_FAKE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/result.h"

struct event_base;

/* An engine that asks nobody, in the place of the real one: each test of a suspect has one probe,
 * which finds `answer`. Only what the self-test asks, on loopback, is looked at in earnest. */
struct fake_engine {
	enum probe_verdict answer;
	bool holds;          /* tests stay under way until fake_engine_let_go_on() */
	bool reaches_target; /* else the self-test fails */
	int begun;           /* tests of suspects */
	size_t first_target; /* of the latest */
	bool in_evidence;    /* whether the latest began where the evidence points */
};

extern struct fake_engine fake_engine;

void fake_engine_begin(struct event_base *loop, const struct target *targets);
void fake_engine_let_go_on(void);

/* As when the process dies. */
void fake_engine_forget(void);

#endif
