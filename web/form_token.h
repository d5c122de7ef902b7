/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FORM_TOKEN_H
#define WEB_FORM_TOKEN_H

#include <stdbool.h>

#include "store/requests.h"

struct visit;

/*
 * Makes the one-time token of a form: the time, a random part, and a code that only this program
 * can make (HMAC-SHA-256, RFC 2104) over both and the name of the form. It is bound to nothing of
 * the visitor: behind a carrier's NAT, or with IPv6 privacy addresses, the address changes between
 * two clicks. What another site's page sends is refused by its Origin (web/http.c). A token is good
 * for two hours of the wall clock, and until the program ends. That it is used only once is ensured
 * by the tables of filings and requests.
 */
void form_token_make(const struct visit *visit, const char *form, char token_r[REQUEST_TOKEN_SIZE]);

/* Whether a token was made for this form, and is not too old. */
bool form_token_is_good(const struct visit *visit, const char *form, const char *token);

#endif
