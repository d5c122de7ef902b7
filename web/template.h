/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_TEMPLATE_H
#define WEB_TEMPLATE_H

#include <stddef.h>
#include <stdio.h>

/* What a name in a template stands for. A list of them ends with a NULL name. */
struct value {
	const char *name;
	const char *text; /* NULL: empty */
};

/*
 * Writes a template, a file of web/pages/, with its names filled in:
 *
 *     {{name}}    the value, escaped for HTML's text and for attributes in double quotes
 *     {{%name}}   the same for a part of a URL: percent-encoded (RFC 3986, 2.1)
 *     {{!name}}   the value as it is: only for what template functions made
 *     {{?name}}   what follows up to {{/}} is there when the value is not empty
 *     {{^name}}   what follows up to {{/}} is there when it is
 *
 * A name without a value is empty. Values are never looked at for names. Any template is safe to
 * write, whatever is in it; one that is not well formed is written as far as it is.
 */
void template_write(FILE *out, const char *template, const struct value *values);

/* Writes octets escaped for HTML: markup as entities, control characters and what is not UTF-8 as
 * the replacement character. Line ends and tabs stay. */
void html_write(FILE *out, const char *octets, size_t length);

/* Writes a string percent-encoded: all but letters, digits and "-._~:". */
void url_write(FILE *out, const char *string);

#endif
