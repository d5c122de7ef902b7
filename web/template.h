/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What a name in a template stands for: the first of these that is set. A value with none of them
 * is empty. */
struct value {
	const char *name; /* NULL: the end of the list */
	const char *text; /* NULL: not set */
	int64_t number;   /* 0: not set; also for conditions */
	int64_t time;     /* as "15 November 2026, 21:02 UTC"; 0, CLOCK_NEVER: not set */
	int64_t day;      /* a time, as "15 November 2026"; 0: not set */
};

#define VALUES(...) ((const struct value[]){__VA_ARGS__, {.name = NULL}})

/*
 * Writes a template, a file of web/pages/, with its names filled in:
 *
 *     {{name}}         the value, escaped for HTML text and for attributes in double quotes
 *     {{%name}}        the value as part of a URL: percent-encoded (RFC 3986, 2.1)
 *     {{!name}}        the value as it is: only for HTML that templates made
 *     {{?name}}…{{/}}  the text between them if the value is not empty
 *     {{^name}}…{{/}}  the text between them if the value is empty
 *     {{#name}}…{{/}}  a row: the value is written as it is, in place of the text between them,
 *                      which is what template_write_row() writes
 *
 * A name without a value is empty. Values are not searched for names. Every template is safe to
 * write, whatever it contains; one that is not well formed is written as far as it is.
 */
void template_write(FILE *out, const char *template, const struct value *values);

/* Writes the text of the row {{#name}} of a template; nothing if it has none. */
void template_write_row(
	FILE *out, const char *template, const char *name, const struct value *values);

/* HTML that is written to memory, as the value of a row. */
struct rows {
	char *html; /* complete after rows_end(); the caller frees it */
	size_t length;
	FILE *out; /* between rows_begin() and rows_end() */
};

/* ERR_MEMORY. */
int rows_begin(struct rows *rows) __attribute__((warn_unused_result));

/* ERR_MEMORY: something that was written is missing. Does nothing if rows_begin() failed. */
int rows_end(struct rows *rows);

/* Writes octets escaped for HTML: markup as entities, control characters and what is not UTF-8 as
 * the replacement character. Line ends and tabs stay. */
void html_write(FILE *out, const char *octets, size_t length);

#endif
