/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_WORKER_H
#define PROBE_WORKER_H

struct conf;
struct prober;

/*
 * Processes what is due: requests, nominations, watches and orders, each by a test of its host. It
 * keeps nothing that the database does not have: killed at any moment, it finds its jobs again.
 * While the database cannot be used it says so once a minute, begins nothing, and keeps what its
 * tests found until that can be written.
 */
struct worker;

/*
 * Begins with a self-test; nothing is tested before that passed. The prober stays the caller's and
 * must outlive the worker, conf is taken over. worker_reload() reads conf_path again. ERR_MEMORY.
 */
int worker_new(const struct prober *prober, const char *conf_path, struct conf *conf,
	struct worker **worker_r) __attribute__((warn_unused_result));

/* Reads the configuration again; a bad one is reported, and the old one stays. */
void worker_reload(struct worker *worker);

/* Writes what is still to be written, if it can be. Only after the engine was freed. */
void worker_free(struct worker **worker);

#endif
