/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_ASSESSMENT_H
#define PROBE_ASSESSMENT_H

#include "base/addr.h"
#include "core/listing.h"
#include "probe/result.h"
#include "store/tests.h"

struct host_result;

/* What a test of a host comes to. Texts are ASCII. */
struct assessment {
	enum host_verdict verdict;
	char reason[REASON_SIZE];         /* a clause for people: "no answer at port 3128" */
	char listing_reason[REASON_SIZE]; /* of a listing made for it; empty unless open */
	char summary[TEST_SUMMARY_SIZE];  /* verdict, reason and figures in one line */
	char open_ports[TEST_PORTS_SIZE]; /* "socks5:1080 http:3128" */
	char egress[ADDR_TEXT_SIZE];      /* of the first that was open; empty: none was */
};

/*
 * Judges a host by its probes. Void when its path was intercepted, or when nothing but our own side
 * failed. Open when any probe is. Unreachable without a sign of life. Closed when each port of the
 * evidence says a definite no; where no evidence names a port, when some port does. A port says no
 * when all probes of one kind (HTTP, SOCKS4, SOCKS5 …) did and none lied or tried and failed to
 * reach our target: a SOCKS server may be silent to HTTP. Everything else is inconclusive.
 */
void assess_host(const struct host_result *result, struct assessment *assessment_r);

/* Makes an assessment void because the prober's self-test failed; why is a clause. The summary
 * still says what was open. */
void assessment_make_void(struct assessment *assessment, const char *why);

#endif
