/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_ROUTER_H
#define WEB_ROUTER_H

#include "web/visit.h"

/* What a page needs beside its fields. */
enum need {
	NEED_OPS = 1,
	NEED_HITS = 2,
	NEED_ALLOWANCE = 4, /* it counts as one of a client's look-ups in an hour */
	NEED_UPLOAD = 8,    /* its form may hold a spam copy */
};

/* A page: /path, or /path/REST where it takes one. */
struct route {
	const char *path;
	bool takes_rest;
	unsigned methods;
	unsigned needs;
	page_show *show;
};

/* Every page of the site, by its path; rest_r as struct visit has it. NULL: there is none. */
const struct route *router_find(const char *path, const char **rest_r);

/* The table, for tests; ends with a NULL path. */
extern const struct route routes[];

page_show page_front, page_lookup, page_ref, page_help_sender, page_help_recipient, page_help_fix,
	page_faq, page_lists, page_use, page_contact, page_api_lookup, page_metrics, page_healthz,
	page_style, page_icon, page_evidence, page_remove, page_request, page_nominate;

#endif
