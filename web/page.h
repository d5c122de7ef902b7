/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"
#include "web/limit.h"
#include "web/visit.h"

/* What a page needs besides the fields of its visit. */
enum need {
	NEED_OPS = 1,
	NEED_HITS = 2,
	NEED_ALLOWANCE = 4, /* the visit counts as one of the client's look-ups in an hour */
	NEED_UPLOAD = 8,    /* its form may contain a spam copy */
};

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
	bool has_frame;     /* page_begin() was called: page_end() is due */
};

/*
 * Writes a page's answer. ERR_NONE, or the error of a database: then everything written is dropped
 * and the visitor gets a 503.
 */
typedef int page_show(const struct visit *visit, struct answer *answer);

/* The pages; router.c maps paths to them. Each is in page_NAME.c, the fixed ones in
 * page_texts.c. */
page_show page_front, page_lookup, page_ref, page_help_sender, page_help_recipient, page_help_fix,
	page_faq, page_lists, page_use, page_contact, page_api_lookup, page_metrics, page_healthz,
	page_style, page_icon, page_evidence, page_remove, page_request, page_nominate;

/* The head of an HTML page with the frame of the site, up to its <main>; router_answer() adds the
 * end. */
void page_begin(const struct visit *visit, struct answer *answer, const char *title);
void page_end(const struct visit *visit, struct answer *answer);

/* A whole page that says what is wrong and what to do, with the look-up form, in which `value`
 * (NULL: nothing) is filled in. */
void page_problem(const struct visit *visit, struct answer *answer, unsigned status,
	const char *title, const char *text, const char *value);

/* Takes one of what a client may do; false if it has used it all up, which a page says, with status
 * 429. */
bool page_take_allowance(
	const struct visit *visit, struct answer *answer, enum allowance allowance);

/* Reads the field "ip" as an address. If it is not one, a page says so with status 400, and the
 * result is false. White space around it is ignored. */
bool page_read_address(const struct visit *visit, struct answer *answer, struct addr *addr_r);

/* The same without a page. */
bool page_parse_address(const char *value, struct addr *addr_r);

/* Copies what a visitor typed, cut to fit: control characters become spaces, octets that are not
 * UTF-8 '?'. */
void page_copy_text(char *buffer, size_t size, const char *value);

/* "2026-11-20 21:02 UTC", or "never". */
#define PAGE_TIME_SIZE 24
void page_format_time(int64_t time, char text_r[PAGE_TIME_SIZE]);

#endif
