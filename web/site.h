/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include "daemon/snapshot.h"

struct conf;
struct databases;
struct limits;

/* What all visits share. A visit holds it, so that a reload waits for nobody. */
struct site {
	struct snapshot snapshot; /* the first member */
	struct conf *conf;
	struct databases *databases;
	struct limits *limits; /* the same after a reload */
};

/* Takes ownership of the configuration, also on failure; limits must outlive the site.
 * ERR_MEMORY. */
int site_new(struct conf *conf, struct limits *limits, struct site **site_r)
	__attribute__((warn_unused_result));

/* Puts a site in force; the old one ends with its last visit. Main thread only. */
void site_install(struct site *site);

/* The site in force, for one visit; NULL after site_install(NULL). Any thread. */
struct site *site_hold(void);
void site_release(struct site **site);

/* Logs an error of the databases, at most once a minute. Any thread. */
void site_log_failure(const char *message);

#endif
