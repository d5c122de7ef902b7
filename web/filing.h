/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FILING_H
#define WEB_FILING_H

#include "web/visit.h"

struct answer;
struct filing;
struct request;

/* What the forms for removal and for nomination have in common. */

/* Why a form that was sent cannot be accepted, as the name of a section of its template: "stale",
 * "contact_too_long" or "note_too_long"; NULL if it can. form: as for form_token_make(). */
const char *filing_problem(const struct visit *visit, const char *form);

/* Fills in who filed a request and when, the contact and the token. */
void filing_fill(const struct visit *visit, struct request *request);

/*
 * Files a form in the inbox and redirects to its page, /request/TOKEN: it has a number only when
 * the worker has taken it. When a cap is reached, a page says so instead.
 */
int filing_send(const struct visit *visit, struct answer *answer, const struct filing *filing);

#endif
