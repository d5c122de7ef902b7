/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "web/limits.h"
#include "web/template.h"
#include "web/visit.h"

/* The response. A page writes its body to `out` and sets whatever differs from HTML and status
 * 200. */
struct answer {
	unsigned status;
	const char *type;   /* the content type; NULL: HTML */
	FILE *out;          /* in memory; errors are found when it is closed */
	const char *allow;  /* with 405: the methods that are allowed */
	char location[512]; /* the target of a redirection; empty: none */
	int64_t retry_secs; /* with 429 and 503: when to try again; 0: not said */
	int refresh_secs;   /* the page reloads itself after this time; 0: it does not */
	int max_age_secs;   /* how long the page may be cached; 0: not at all */
	bool has_frame;     /* page_write() wrote the head of a page: page_end() is due */
};

/*
 * Writes a page's answer. ERR_NONE, or the error of a database: then everything written is dropped
 * and the visitor gets a 503.
 */
typedef int page_show(const struct visit *visit, struct answer *answer);

/* The pages; router.c maps paths to them. Most are in page_NAME.c; fixed texts and files in
 * page_texts.c, and for machines in page_api.c and page_metrics.c. */
page_show page_text, page_file, page_lookup, page_ref, page_evidence, page_remove, page_request,
	page_nominate, page_lists, page_api_lookup, page_metrics, page_healthz;

/* Writes an HTML template; the first one of an answer after the frame of the site, with this title.
 * router_answer() adds the end of the frame. */
void page_write(const struct visit *visit, struct answer *answer, const char *title,
	const char *template, const struct value *values);
void page_end(const struct visit *visit, struct answer *answer);

/* A page that says what is wrong and what to do, which is the section `problem` of problem.html,
 * with the look-up form. */
void page_problem(const struct visit *visit, struct answer *answer, unsigned status,
	const char *title, const char *problem);

/* Redirects to a path after a form was accepted (303). */
void page_redirect(struct answer *answer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes one of what a client may do; if it has used it all up, a page with status 429 says so, and
 * the result is false. */
bool page_take_allowance(
	const struct visit *visit, struct answer *answer, enum allowance allowance);

/* visit_read_address(); if the field is not an address, a page with status 400 says so. */
bool page_read_address(const struct visit *visit, struct answer *answer, struct addr *addr_r);

#endif
