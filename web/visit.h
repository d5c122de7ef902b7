/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_VISIT_H
#define WEB_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/addr.h"

struct conf;
struct db;
struct site;

enum method { METHOD_GET = 1, METHOD_POST = 2 };

/* A field of a query or a form. The value ends with a NUL that length does not count, and may hold
 * others: a file is any octets. */
struct field {
	char *name;
	char *value;
	size_t length;
};

#define FIELDS_MAX 16

/* A request of HTTP, as the pages see it. All in it lasts for the visit. */
struct visit {
	enum method method;
	const char *path;
	const char *rest; /* what follows the page's own path: "7" of /evidence/7 */
	struct field fields[FIELDS_MAX];
	size_t field_count;
	bool too_large;     /* its form had more than the page takes; there are no fields of it */
	bool foreign;       /* a form that another site's page sent */
	struct addr client; /* the visitor's, by X-Forwarded-For behind a trusted proxy */
	int64_t now;
	const struct conf *conf;
	struct site *site;
	struct db *ops;  /* NULL where the router does not say that the page needs it */
	struct db *hits; /* likewise */
};

/* A field's value; "" where there is none of that name. */
const char *visit_field(const struct visit *visit, const char *name);

/* NULL where there is none of that name. */
const struct field *visit_find_field(const struct visit *visit, const char *name);

/* What is sent back. Pages write to `out` and set what differs from a page of HTML, status 200. */
struct answer {
	unsigned status;
	const char *type;   /* of the content; NULL: HTML */
	FILE *out;          /* in memory; never fails before the end */
	const char *allow;  /* of a 405: what is taken */
	char location[512]; /* of a redirection; empty: none */
	int64_t retry_at;   /* of a 429: when it may be tried again; 0: not said */
	int refresh_secs;   /* the page asks for itself again; 0: it does not */
	int max_age_secs;   /* how long it may be kept; 0: not at all */
	bool has_frame;     /* page_begin() was called: page_end() is due */
};

/*
 * A page writes its answer. ERR_NONE, or a failure of a database: what was written is thrown away
 * then, and the visitor gets a 503.
 */
typedef int page_show(const struct visit *visit, struct answer *answer);

/* The head of a page with the frame of the site, up to its <main>; site_answer() adds the end. */
void page_begin(const struct visit *visit, struct answer *answer, const char *title);
void page_end(const struct visit *visit, struct answer *answer);

/* A whole page that says what went wrong and what would be right, with the look-up form; `value`
 * (NULL: none) stands in the form. */
void page_problem(const struct visit *visit, struct answer *answer, unsigned status,
	const char *title, const char *text, const char *value);

/* Reads the field "ip" as an address. When it is none, the page of the problem is written, with
 * status 400, and false returned. White space around it does not count. */
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
