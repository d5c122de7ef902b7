/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CHECK_PARTS_H
#define CTL_CHECK_PARTS_H

struct conf;
struct db;

/* The parts of opsctl check that have a file of their own; each reports what it finds. */

/* The user and group of the daemon, and what the files' modes let it do. */
void check_files(const struct conf *conf);

/* Whether the filter answers on its socket, by negotiating as a mail server does. */
void check_filter(const struct conf *conf);

/* Whether something listens where the site is. */
void check_site(const struct conf *conf);

/* What the prober's latest test of itself found. */
void check_prober(struct db *ops);

#endif
