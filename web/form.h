/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <stddef.h>

struct MHD_Connection;
struct form;
struct visit;

/* A form that is being received, urlencoded or in parts (RFC 7578). Its fields are added to the
 * visit's as they come, at most `limit` octets of values. If there are more, the visit is
 * too_large, and what it has of the form is not to be used. NULL: memory ran out, or it is of
 * another kind, which is not read. */
struct form *form_new(struct MHD_Connection *connection, struct visit *visit, size_t limit);
void form_read(struct form *form, const char *octets, size_t length);

/* After the last octet: the last field of an urlencoded form is added only now. */
void form_end(struct form *form);

/* Frees the fields, too. */
void form_free(struct form **form);

#endif
