/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_SITE_H
#define WEB_SITE_H

#include "web/visit.h"

struct databases;
struct limit;

/* What clients used up; it counts on after a reload. */
struct limits {
	struct limit *lookups;     /* in an hour */
	struct limit *nominations; /* in a day */
	struct limit *requests;    /* for removal, in a day */
};

/* What all visits share. The configuration is held while a visit lasts, so that a reload waits for
 * nobody. */
struct site {
	struct conf *conf;
	struct databases *databases;
	const struct limits *limits;
	unsigned holders; /* visits and the server; guarded by a lock of site.c */
};

/* Takes the configuration over, also on failure; limits must outlive it. ERR_MEMORY. */
int site_new(struct conf *conf, const struct limits *limits, struct site **site_r)
	__attribute__((warn_unused_result));

/* The site in force from now on; the old one ends with its last visit. For the main thread. */
void site_install(struct site *site);

/* The site in force, for one visit; NULL after site_install(NULL). Any thread. */
struct site *site_hold(void);
void site_release(struct site **site);

/*
 * Answers a visit: finds the page, keeps the rules on methods and look-ups, lends the databases.
 * visit has method, path, fields, foreign, client and now. page_r is the whole body, to be freed,
 * with its length; NULL when memory ran out.
 */
void site_answer(struct site *site, struct visit *visit, struct answer *answer_r, char **page_r,
	size_t *length_r);

/* The visitor's address: the connection's, or what a trusted proxy says in X-Forwarded-For (NULL:
 * it says nothing): the last one in it that is no trusted proxy's. */
struct addr site_client(
	const struct conf *conf, const struct addr *connection, const char *forwarded_for);

#endif
