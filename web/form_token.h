/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_FORM_TOKEN_H
#define WEB_FORM_TOKEN_H

#include <stdbool.h>

#include "store/requests.h"

struct visit;

/*
 * A form's one-time token: when it was made, a random part, and a mark that only this program can
 * make (HMAC-SHA-256, RFC 2104) over both, the form's name and the visitor's address. So no other
 * site can have a visitor's browser file something, without a cookie. It is good for two hours and
 * until the program ends; that it serves once, the table of requests sees to.
 */
void form_token_make(const struct visit *visit, const char *form, char token_r[REQUEST_TOKEN_SIZE]);

/* Whether a token was made for this form and this visitor, lately. */
bool form_token_is_good(const struct visit *visit, const char *form, const char *token);

#endif
