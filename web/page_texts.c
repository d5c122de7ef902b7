/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages with a fixed text and the files they use, all from web/pages/. */
#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf.h"
#include "web/embedded.h"
#include "web/page.h"

static const struct {
	const char *path;
	const char *title;
	const char *template;
} texts[] = {
	{"/", "Look up an address", html_front},
	{"/help/sender", "My mail came back", html_help_sender},
	{"/help/recipient", "Mail to me is refused", html_help_recipient},
	{"/help/fix", "I run this server: close the hole", html_help_fix},
	{"/faq", "Questions and answers", html_faq},
	{"/use", "Use the lists", html_use},
	{"/contact", "Contact", html_contact},
};

int page_text(const struct visit *visit, struct answer *answer)
{
	const struct conf *conf = visit->conf;
	size_t i = 0;

	while (strcmp(texts[i].path, visit->path) != 0) {
		i++;
		assert(i < sizeof(texts) / sizeof(texts[0])); /* router.c has no other paths */
	}
	answer->max_age_secs = 300;
	if (i == 0)
		page_write(visit, answer, texts[i].title, html_lookup_form,
			VALUES({"front", .number = 1}));
	page_write(visit, answer, texts[i].title, texts[i].template,
		VALUES({"operator", .text = conf->web.operator_name},
			{"contact", .text = conf->web.contact},
			{"exempt", .number = policy_exempts_recipient(
					   &conf->milter.policy, conf->web.contact)},
			{"site", .text = conf->site_url}));
	return ERR_NONE;
}

int page_file(const struct visit *visit, struct answer *answer)
{
	bool style = strcmp(visit->path, "/style.css") == 0;

	answer->type = style ? "text/css; charset=utf-8" : "image/svg+xml";
	answer->max_age_secs = 3600;
	fputs(style ? css_style : svg_icon, answer->out);
	return ERR_NONE;
}
