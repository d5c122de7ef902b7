/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_THREADS_H
#define MILTER_THREADS_H

/*
 * Makes threads cheap to start and to end. libmilter starts one whenever all others wait, as for
 * the disk during many refusals, and ends it soon after. Call before there are threads.
 */
void threads_make_cheap(void);

#endif
