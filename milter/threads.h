/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MILTER_THREADS_H
#define MILTER_THREADS_H

/*
 * Makes threads cheap to start and to end. libmilter starts one whenever all others wait, as they
 * do for the disk under many refusals at once, and ends it again soon after. Call before the first
 * thread.
 */
void threads_make_cheap(void);

#endif
