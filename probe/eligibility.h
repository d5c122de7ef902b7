/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_ELIGIBILITY_H
#define PROBE_ELIGIBILITY_H

#include <stdint.h>

#include "probe/outcome.h"

struct conf_probe;
struct db;
struct port_list;

/* What the database, the configuration and the machine say of a job's address before its test. */
int eligibility_read(struct db *db, const struct conf_probe *conf, const struct job *job,
	int64_t now, struct eligibility *eligibility_r) __attribute__((warn_unused_result));

/* The tests that were made for a job so far. */
int eligibility_read_tries(struct db *db, const struct job *job, struct tries *tries_r)
	__attribute__((warn_unused_result));

/* When the next removal request for a job's address is accepted, if this one is denied now. */
int eligibility_next_request(struct db *db, const struct job *job, int64_t now, int64_t *at_r)
	__attribute__((warn_unused_result));

/*
 * The ports to test an address at: those of the configuration, and as evidence those that the
 * reasons of its listings name and where earlier tests found it open, back to the last that found
 * it closed.
 */
int eligibility_read_ports(struct db *db, const struct conf_probe *conf, const struct addr *address,
	int64_t now, struct port_list *ports_r) __attribute__((warn_unused_result));

#endif
