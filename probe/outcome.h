/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_OUTCOME_H
#define PROBE_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/network.h"
#include "probe/result.h"
#include "store/jobs.h"

struct assessment;

/* What is known of a job's address before its test. Texts are empty where nothing is known. */
struct eligibility {
	bool for_proxies;              /* the job's list is the one that the prober decides on */
	bool listed;                   /* on the job's list, by a listing of this very address */
	char wider[NETWORK_TEXT_SIZE]; /* a wider network that is listed there too */
	bool may_be_tested;            /* listed for open proxies or nominated */
	char forbidden[256];           /* why it must not be tested: private, our own … */
	char opted_out[NETWORK_TEXT_SIZE]; /* by this network of the configuration */
};

/*
 * Whether a job is over without a test, or must not have one: outcome_r is then for jobs_settle().
 */
bool outcome_without_test(const struct job *job, const struct eligibility *eligibility,
	struct job_outcome *outcome_r);

/* Tests that were made for a job before and decided nothing. */
struct tries {
	int unreachable;
	int inconclusive;
	int recent_void; /* void tests since the last other one */
};

/* What a decision rests on. */
struct outcome_inputs {
	const struct job *job;
	const struct eligibility *eligibility;
	const struct assessment *assessment;
	struct tries tries;      /* without the present one */
	int64_t next_request_at; /* when the next removal request is accepted, if this one is denied
				  */
	int64_t now;
};

/* What follows from a test. */
void outcome_of_test(const struct outcome_inputs *inputs, struct job_outcome *outcome_r);

#endif
