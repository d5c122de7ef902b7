/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_VISIT_H
#define WEB_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct conf;
struct db;
struct site;

enum method { METHOD_GET = 1, METHOD_POST = 2 };

/* What a page needs besides the fields of a visit. */
enum need {
	NEED_OPS = 1,
	NEED_HITS = 2,
	NEED_ALLOWANCE = 4, /* the visit counts as one of the client's look-ups in an hour */
	NEED_INBOX = 8,
	NEED_UPLOAD = 16, /* its form may contain a spam copy */
};

/* A field of a query or a form. The value ends with a NUL that length does not count, and may
 * contain others: an uploaded file is arbitrary octets. */
struct field {
	char *name;
	char *value;
	size_t length;
};

#define FIELDS_MAX 16

/* An HTTP request as the pages see it. Everything in it lasts for the visit. */
struct visit {
	enum method method;
	const char *path;
	const char *rest; /* the part after the page's own path: "7" of /evidence/7 */
	struct field fields[FIELDS_MAX];
	size_t field_count;
	bool too_large;     /* the form was larger than the page accepts; it has no fields */
	bool foreign;       /* the form was sent by a page of another site */
	struct addr client; /* the visitor's; from X-Forwarded-For behind a trusted proxy */
	int64_t now;
	const struct conf *conf;
	struct site *site;
	struct db *ops;   /* NULL unless the route says that the page needs it */
	struct db *hits;  /* likewise */
	struct db *inbox; /* likewise */
};

/* The first field of that name; NULL if there is none. */
const struct field *visit_find_field(const struct visit *visit, const char *name);

/* Its value; "" if there is none. */
const char *visit_field(const struct visit *visit, const char *name);

/* Reads an address; white space around it is ignored. False if it is not one. */
bool visit_parse_address(const char *octets, size_t length, struct addr *addr_r);

/* The same for the field "ip". */
bool visit_read_address(const struct visit *visit, struct addr *addr_r);

/* Copies a field, cut to fit: control characters become spaces, octets that are not UTF-8 '?'. */
void visit_copy_field(const struct visit *visit, const char *name, char *buffer, size_t size);

#endif
