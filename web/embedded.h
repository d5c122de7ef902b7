/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WEB_EMBEDDED_H
#define WEB_EMBEDDED_H

/* The files of web/pages/: templates (template.h), the style sheet and the icon. web/embed makes
 * embedded.c of them. */
extern const char css_style[];
extern const char html_chart[];
extern const char html_contact[];
extern const char html_evidence[];
extern const char html_faq[];
extern const char html_frame_begin[];
extern const char html_frame_end[];
extern const char html_front[];
extern const char html_help_fix[];
extern const char html_help_recipient[];
extern const char html_help_sender[];
extern const char html_lists[];
extern const char html_lookup[];
extern const char html_lookup_form[];
extern const char html_nominate[];
extern const char html_problem[];
extern const char html_ref[];
extern const char html_remove[];
extern const char html_remove_none[];
extern const char html_request[];
extern const char html_use[];
extern const char svg_icon[];

#endif
