/* SPDX-License-Identifier: BSD-2-Clause */
/* From a path to its page: the table of pages, and the rules that hold for all of them. */
#include "web/router.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "web/databases.h"
#include "web/site.h"

#define BOTH (METHOD_GET | METHOD_POST)

const struct route routes[] = {
	{"/", false, METHOD_GET, 0, page_text},
	{"/lookup", false, METHOD_GET, NEED_OPS | NEED_HITS | NEED_ALLOWANCE, page_lookup},
	{"/ref/", true, METHOD_GET, NEED_OPS | NEED_HITS | NEED_ALLOWANCE, page_ref},
	{"/evidence/", true, METHOD_GET, NEED_OPS | NEED_ALLOWANCE, page_evidence},
	{"/remove", false, BOTH, NEED_OPS | NEED_INBOX | NEED_ALLOWANCE, page_remove},
	{"/request/", true, METHOD_GET, NEED_OPS | NEED_INBOX, page_request},
	{"/nominate", false, BOTH, NEED_OPS | NEED_INBOX | NEED_UPLOAD, page_nominate},
	{"/help/sender", false, METHOD_GET, 0, page_text},
	{"/help/recipient", false, METHOD_GET, 0, page_text},
	{"/help/fix", false, METHOD_GET, 0, page_text},
	{"/faq", false, METHOD_GET, 0, page_text},
	{"/lists", false, METHOD_GET, NEED_OPS, page_lists},
	{"/use", false, METHOD_GET, 0, page_text},
	{"/contact", false, METHOD_GET, 0, page_text},
	{"/api/lookup", false, METHOD_GET, NEED_OPS | NEED_ALLOWANCE, page_api_lookup},
	{"/metrics", false, METHOD_GET, 0, page_metrics},
	{"/healthz", false, METHOD_GET, 0, page_healthz},
	{"/style.css", false, METHOD_GET, 0, page_file},
	{"/icon.svg", false, METHOD_GET, 0, page_file},
	{.path = NULL},
};

const struct route *router_find(const char *path, const char **rest_r)
{
	for (const struct route *route = routes; route->path != NULL; route++) {
		size_t length = strlen(route->path);
		*rest_r = path + length;
		if (strncmp(path, route->path, length) == 0 &&
			(route->takes_rest ? path[length] != '\0' : path[length] == '\0'))
			return route;
	}
	*rest_r = "";
	return NULL;
}

/* Shows the page, with the databases that it needs. */
static int show_page(struct visit *visit, const struct route *route, struct answer *answer)
{
	char buffer[512];
	struct text message = TEXT_OVER(buffer);
	struct lent_databases lent;
	int err = databases_lend(visit->site->databases, route->needs, &lent, &message);

	if (err != ERR_NONE) {
		site_log_failure(buffer);
		return err;
	}
	visit->ops = lent.ops;
	visit->hits = lent.hits;
	visit->inbox = lent.inbox;
	err = route->show(visit, answer);
	if (err != ERR_NONE) {
		text_add_format(&message, "%s: %s", visit->path, err_text(err));
		site_log_failure(buffer);
	}
	databases_give_back(visit->site->databases, &lent, err);
	return err;
}

/* Begins an answer; what was written so far is dropped. */
static int begin_answer(struct answer *answer, struct rows *body)
{
	int err;

	rows_end(body);
	free(body->html);
	err = rows_begin(body);
	*answer = (struct answer){.status = 200, .out = body->out};
	return err;
}

static int answer_route(struct visit *visit, struct answer *answer, struct rows *body)
{
	const struct route *route = router_find(visit->path, &visit->rest);

	if (route == NULL) {
		page_problem(visit, answer, 404, "There is no such page", "no_page");
	} else if (visit->too_large) {
		page_problem(visit, answer, 413, "Too large", "too_large");
	} else if (!(route->methods & visit->method)) {
		answer->allow = "GET, HEAD";
		page_problem(visit, answer, 405, "This page has no form", "no_form");
	} else if (route->needs & NEED_ALLOWANCE &&
		   !page_take_allowance(visit, answer, ALLOWANCE_LOOKUPS)) {
		return ERR_NONE;
	} else if (show_page(visit, route, answer) != ERR_NONE) {
		if (begin_answer(answer, body) != ERR_NONE)
			return ERR_MEMORY;
		page_problem(visit, answer, 503, "Not available at the moment", "unavailable");
		answer->retry_secs = 60;
	}
	return ERR_NONE;
}

int router_answer(
	struct site *site, struct visit *visit, struct answer *answer_r, struct rows *body_r)
{
	int err;

	visit->site = site;
	visit->conf = site->conf;
	*body_r = (struct rows){.html = NULL};
	err = begin_answer(answer_r, body_r);
	if (err == ERR_NONE)
		err = answer_route(visit, answer_r, body_r);
	if (err == ERR_NONE && answer_r->has_frame)
		page_end(visit, answer_r);
	return rows_end(body_r) == ERR_NONE ? err : ERR_MEMORY;
}
