/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/page.h"

/* A page at /path, or at /path/REST if it takes a rest. */
struct route {
	const char *path;
	bool takes_rest;
	unsigned methods; /* enum method, combined */
	unsigned needs;   /* enum need, combined */
	page_show *show;
};

/* All routes; the last has a NULL path. */
extern const struct route routes[];

/* The route of a path, and the rest as in struct visit; NULL if there is no such page. */
const struct route *router_find(const char *path, const char **rest_r);

/*
 * Answers a visit: finds the page, checks method, size and the client's look-ups, and lends the
 * databases. The caller has set method, path, fields, too_large, foreign, client and now, and frees
 * body_r->html, also after an error. ERR_MEMORY.
 */
int router_answer(struct site *site, struct visit *visit, struct answer *answer_r,
	struct rows *body_r) __attribute__((warn_unused_result));

#endif
