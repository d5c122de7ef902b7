/* SPDX-License-Identifier: BSD-2-Clause */
/* The pages with a fixed text, which is in web/pages/. */
#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf.h"
#include "web/embedded.h"
#include "web/page.h"

/* Texts may be cached for some minutes. */
#define TEXT_AGE_SECS 300
#define STYLE_AGE_SECS 3600

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
	answer->max_age_secs = TEXT_AGE_SECS;
	page_write(visit, answer, texts[i].title, texts[i].template,
		VALUES({"operator", .text = conf->web.operator_name},
			{"contact", .text = conf->web.contact}, {"site", .text = conf->site_url}));
	return ERR_NONE;
}

int page_front(const struct visit *visit, struct answer *answer)
{
	page_write(visit, answer, "Look up an address", html_lookup_form,
		VALUES({"front", .number = 1}));
	return page_text(visit, answer);
}

static int write_file(struct answer *answer, const char *type, const char *file)
{
	answer->type = type;
	answer->max_age_secs = STYLE_AGE_SECS;
	fputs(file, answer->out);
	return ERR_NONE;
}

int page_style(const struct visit *visit, struct answer *answer)
{
	(void)visit;
	return write_file(answer, "text/css; charset=utf-8", css_style);
}

int page_icon(const struct visit *visit, struct answer *answer)
{
	(void)visit;
	return write_file(answer, "image/svg+xml", svg_icon);
}
