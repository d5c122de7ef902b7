/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FORM_H
#define WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;
struct form;
struct visit;

/* A form that is being sent, urlencoded or in parts (RFC 7578). Holds at most `limit` octets of
 * values. NULL: memory ran out, or it is of another kind, and what it holds is not looked at. */
struct form *form_new(struct MHD_Connection *connection, size_t limit);
void form_read(struct form *form, const char *octets, size_t length);
bool form_is_too_large(const struct form *form);

/* Adds its fields to a visit's, which has them as long as the form is there. */
void form_give_fields(struct form *form, struct visit *visit);

void form_free(struct form **form);

#endif
