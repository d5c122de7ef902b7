/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_SELFTEST_H
#define PROBE_SELFTEST_H

struct prober;

/*
 * A test of the prober itself: its open proxy on loopback must be found open by each target,
 * and a port that nobody listens at closed. A target that cannot be reached from this machine
 * shows here, before anyone is judged by it.
 */
struct selftest;

/*
 * Begins one. done is called once, later, from the loop, why empty when all was as it should be;
 * selftest_free() may be called there. The prober must outlive it. ERR_MEMORY or ERR_IO.
 */
int selftest_begin(const struct prober *prober, void (*done)(void *context, const char *why),
	void *context, struct selftest **selftest_r) __attribute__((warn_unused_result));

/* Only after done was called or the engine was freed. */
void selftest_free(struct selftest **selftest);

#endif
