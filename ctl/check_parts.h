/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CHECK_PARTS_H
#define CTL_CHECK_PARTS_H

struct context;

/* The parts of opsctl check that have a file of their own; each reports what it finds. */

/* The user and group of the daemon, and what the files' modes let it do. */
void check_files(struct context *context);

/* Whether the filter answers on its socket, by negotiating as a mail server does. */
void check_filter(struct context *context);

/* What the prober's latest test of itself found. The listings' database is open. */
void check_prober(struct context *context);

#endif
