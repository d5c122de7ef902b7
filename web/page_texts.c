/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages that are texts: what they say stands in web/pages/. */
#include "base/err.h"
#include "conf/conf.h"
#include "web/embedded.h"
#include "web/page.h"
#include "web/template.h"

/* Texts may be kept for some minutes. */
#define TEXT_AGE_SECS 300
#define STYLE_AGE_SECS 3600

static int show_text(
	const struct visit *visit, struct answer *answer, const char *title, const char *template)
{
	const struct value values[] = {
		{"operator", .text = visit->conf->web.operator_name},
		{"contact", .text = visit->conf->web.contact},
		{"site", .text = visit->conf->site_url},
		{.name = NULL},
	};

	answer->max_age_secs = TEXT_AGE_SECS;
	if (!answer->has_frame)
		page_begin(visit, answer, title);
	template_write(answer->out, template, values);
	return ERR_NONE;
}

int page_front(const struct visit *visit, struct answer *answer)
{
	page_begin(visit, answer, "Look up an address");
	template_write(answer->out, html_lookup_form,
		(const struct value[]){{"front", .text = "yes"}, {.name = NULL}});
	return show_text(visit, answer, NULL, html_front);
}

int page_help_sender(const struct visit *visit, struct answer *answer)
{
	return show_text(visit, answer, "My mail came back", html_help_sender);
}

int page_help_recipient(const struct visit *visit, struct answer *answer)
{
	return show_text(
		visit, answer, "Someone\xe2\x80\x99s mail to me is refused", html_help_recipient);
}

int page_help_fix(const struct visit *visit, struct answer *answer)
{
	return show_text(visit, answer, "I run this server: closing the hole", html_help_fix);
}

int page_faq(const struct visit *visit, struct answer *answer)
{
	return show_text(visit, answer, "Questions and answers", html_faq);
}

int page_use(const struct visit *visit, struct answer *answer)
{
	return show_text(visit, answer, "Using the lists", html_use);
}

int page_contact(const struct visit *visit, struct answer *answer)
{
	return show_text(visit, answer, "Contact", html_contact);
}

int page_style(const struct visit *visit, struct answer *answer)
{
	(void)visit;
	answer->type = "text/css; charset=utf-8";
	answer->max_age_secs = STYLE_AGE_SECS;
	fputs(css_style, answer->out);
	return ERR_NONE;
}

int page_icon(const struct visit *visit, struct answer *answer)
{
	(void)visit;
	answer->type = "image/svg+xml";
	answer->max_age_secs = STYLE_AGE_SECS;
	fputs(svg_icon, answer->out);
	return ERR_NONE;
}
