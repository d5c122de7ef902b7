/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_TEST_ONCE_H
#define PROBE_TEST_ONCE_H

struct conf;

/* Exit statuses: the first is the package's success, the last its run-time failure. */
enum { EXIT_CLOSED = 0, EXIT_OPEN = 1, EXIT_UNKNOWN = 3 };

/*
 * Tests one address, which must be listed or nominated, shows the progress and the result, and
 * stores it. A worker that runs makes the test, because it has the listeners. Returns the exit
 * status.
 */
int test_once(const struct conf *conf, const char *ip);

#endif
