/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_HTML_TEXT_H
#define MAIL_HTML_TEXT_H

#include <stddef.h>

/*
 * The text of an HTML document in UTF-8, as a browser without style sheets would show it: no
 * scripts, styles and comments; blocks on lines; behind a link its address in angle brackets. To be
 * freed with g_free().
 */
char *html_text(const char *html, size_t length);

#endif
