/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lists say of an address, and the way out. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "core/hit.h"
#include "store/evidence.h"
#include "store/history.h"
#include "store/hits.h"
#include "store/lists.h"
#include "store/lookup.h"
#include "web/chart.h"
#include "web/embedded.h"
#include "web/page.h"
#include "web/template.h"

#define DAY_SECS 86400
/* So much of a long history is shown, the latest of it. */
#define EVENTS_MAX 100

/* HTML that is being made, to stand in a template. */
struct piece {
	char *html;
	size_t length;
	FILE *out;
};

static int piece_open(struct piece *piece)
{
	piece->html = NULL;
	piece->out = open_memstream(&piece->html, &piece->length);
	return piece->out != NULL ? ERR_NONE : ERR_MEMORY;
}

static void piece_close(struct piece *piece)
{
	if (piece->out != NULL)
		fclose(piece->out);
	piece->out = NULL;
}

struct page {
	char ip[ADDR_TEXT_SIZE];
	struct addr addr;
	struct lists lists;
	struct lookup lookup;
	struct chart chart;
	size_t event_count;
	struct piece listings;
	struct piece chart_html;
	struct piece events;
	char others[512]; /* names of the lists that do not have it */
	char text[2048];  /* to send on */
};

static void write_evidence(void *context, int64_t id)
{
	FILE *out = context;

	fprintf(out, "<a href=\"/evidence/%lld\">no.&nbsp;%lld</a> ", (long long)id, (long long)id);
}

static const char *action_sentence(enum list_action action)
{
	switch (action) {
	case LIST_REFUSE:
		return "refused";
	case LIST_DEFER:
		return "put off";
	case LIST_TAG:
		return "accepted, with a mark";
	default:
		return "accepted, and counted";
	}
}

static int read_evidence(
	const struct visit *visit, const struct listing *listing, struct piece *piece)
{
	int err = piece_open(piece);

	if (err == ERR_NONE)
		err = evidence_of_listing(visit->ops, listing->id, write_evidence, piece->out);
	piece_close(piece);
	return err;
}

/* One of the values says "yes", by how an address comes off the list. */
static const char *yes_if(bool condition)
{
	return condition ? "yes" : NULL;
}

static int write_listing(
	const struct visit *visit, struct page *page, const struct listing *listing)
{
	const struct list *list = lists_find(&page->lists, listing->list);
	char network[NETWORK_TEXT_SIZE];
	char since[PAGE_TIME_SIZE];
	char until[PAGE_TIME_SIZE];
	struct piece evidence;
	bool wide = listing->network.prefix != NETWORK_MAX_PREFIX;
	int err = read_evidence(visit, listing, &evidence);

	if (err == ERR_NONE && list != NULL) {
		network_format(&listing->network, network);
		page_format_time(listing->listed_at, since);
		page_format_time(listing->expires_at, until);
		bool retest = list->removal == REMOVAL_RETEST;
		bool proxies = strcmp(list->name, LIST_OF_PROXIES) == 0;
		template_write(page->listings.out, html_lookup_listing,
			(const struct value[]){
				{"ip", .text = page->ip},
				{"list", .text = list->name},
				{"title", .text = list->title},
				{"reason", .text = listing->reason},
				{"network", .text = wide ? network : NULL},
				{"since", .text = since},
				{"until", .text = until},
				{"until_never", .text = yes_if(listing->expires_at == CLOCK_NEVER)},
				{"evidence", .text = evidence.html},
				{"action", .text = action_sentence(list->action)},
				{"retest", .text = yes_if(retest && proxies && !wide)},
				{"operator_test", .text = yes_if(retest && !proxies)},
				{"review", .text = yes_if(list->removal == REMOVAL_REVIEW)},
				{"expire", .text = yes_if(list->removal == REMOVAL_EXPIRE)},
				{"wide", .text = yes_if(wide && list->removal != REMOVAL_EXPIRE)},
				{.name = NULL},
			});
	}
	free(evidence.html);
	return err;
}

static int write_listings(const struct visit *visit, struct page *page)
{
	int err = piece_open(&page->listings);

	for (size_t i = 0; err == ERR_NONE && i < page->lookup.count; i++)
		if (page->lookup.listings[i].id != 0)
			err = write_listing(visit, page, &page->lookup.listings[i]);
	piece_close(&page->listings);
	return err;
}

static void name_other_lists(struct page *page)
{
	struct text others = TEXT_OVER(page->others);

	for (size_t i = 0; i < page->lists.count; i++) {
		bool found = false;
		for (size_t k = 0; k < page->lookup.count; k++)
			found = found ||
				page->lookup.listings[k].list_id == page->lists.lists[i].id;
		if (!found)
			text_add_format(&others, "%s%s", others.length ? ", " : "",
				page->lists.lists[i].name);
	}
}

/* What of the history everybody may read the reason of: not requesters' words, nor the operator's
 * notes. */
static bool has_public_reason(const char *what)
{
	static const char *const public[] = {
		"add",
		"import",
		"replace",
		"remove",
		"expire",
		"removal granted",
		"removal denied",
		"nomination granted",
		"nomination denied",
	};

	for (size_t i = 0; i < sizeof(public) / sizeof(public[0]); i++)
		if (strcmp(what, public[i]) == 0)
			return true;
	return strncmp(what, "test ", 5) == 0;
}

/* What the history calls things, in words for everybody; others stand as they are. */
static const char *event_words(const char *what)
{
	static const char *const words[][2] = {
		{"add", "listed"},
		{"import", "listed, with many others"},
		{"replace", "listing renewed"},
		{"remove", "taken off"},
		{"expire", "ended by age"},
		{"evidence", "more evidence"},
		{"removal request", "removal was asked for"},
		{"nomination request", "nominated, with spam"},
		{"nomination confirmed", "nomination confirmed"},
		{"test open", "tested: open"},
		{"test closed", "tested: closed"},
		{"test unreachable", "tested: unreachable"},
		{"test inconclusive", "tested: inconclusive"},
		{"test void", "tested: does not count"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], what) == 0)
			return words[i][1];
	return what;
}

static void write_event(void *context, const struct history_event *event)
{
	static const char row[] = "<tr><td>{{at}}</td><td>{{what}}{{?evidence}} (<a "
				  "href=\"/evidence/{{%evidence}}\">record</a>){{/}}</td>"
				  "<td>{{list}}</td><td>{{why}}</td></tr>\n";
	struct page *page = context;
	char at[PAGE_TIME_SIZE];
	char evidence[24] = "";

	if (++page->event_count > EVENTS_MAX || strncmp(event->what, "exempt", 6) == 0)
		return;
	page_format_time(event->at, at);
	at[16] = '\0'; /* the column says that it is UTC */
	if (event->evidence_id > 0)
		snprintf(evidence, sizeof(evidence), "%lld", (long long)event->evidence_id);
	template_write(page->events.out, row,
		(const struct value[]){
			{"at", .text = at},
			{"what", .text = event_words(event->what)},
			{"evidence", .text = evidence},
			{"list", .text = event->list},
			{"why", .text = has_public_reason(event->what) ? event->why : NULL},
			{.name = NULL},
		});
}

static int write_events(const struct visit *visit, struct page *page)
{
	int err = piece_open(&page->events);

	if (err == ERR_NONE)
		err = history_each(visit->ops, &page->addr, visit->now, write_event, page);
	piece_close(&page->events);
	return err;
}

static int write_chart(const struct visit *visit, struct page *page)
{
	int err;

	chart_begin(&page->chart, visit->now);
	err = hits_count_client_by_day(visit->hits, &page->addr, page->chart.first_day * DAY_SECS,
		chart_take, &page->chart);
	if (err != ERR_NONE || page->chart.total == 0)
		return err;
	err = piece_open(&page->chart_html);
	if (err == ERR_NONE)
		chart_write(&page->chart, page->chart_html.out);
	piece_close(&page->chart_html);
	return err;
}

static void write_text(const struct visit *visit, struct page *page)
{
	struct text text = TEXT_OVER(page->text);
	char since[PAGE_TIME_SIZE];
	char ref[REF_SIZE];
	int64_t id;

	text_add_format(&text,
		"Mail from the address %s is refused by servers that use these lists:\n\n",
		page->ip);
	for (size_t i = 0; i < page->lookup.count; i++) {
		const struct listing *listing = &page->lookup.listings[i];
		page_format_time(listing->listed_at, since);
		text_add_format(
			&text, "List %s, since %s: %s\n", listing->list, since, listing->reason);
	}
	text_add_format(&text,
		"\nEvidence, and the form to have it tested again and taken off: %s/lookup?ip=%s\n",
		visit->conf->site_url, page->ip);
	if (hit_ref_parse(visit_field(visit, "ref"), &id, ref))
		text_add_format(
			&text, "The refused message: %s/ref/%s\n", visit->conf->site_url, ref);
}

static int read_page(const struct visit *visit, struct page *page)
{
	int err = lists_read(visit->ops, &page->lists);

	if (err == ERR_NONE)
		err = lookup_in(visit->ops, &page->addr, visit->now, &page->lookup);
	if (err == ERR_NONE)
		err = write_listings(visit, page);
	if (err == ERR_NONE)
		err = write_events(visit, page);
	if (err == ERR_NONE)
		err = write_chart(visit, page);
	return err;
}

static void show(const struct visit *visit, struct answer *answer, struct page *page)
{
	char title[ADDR_TEXT_SIZE + 32];
	bool listed = page->lookup.count > 0;
	bool host = listing_test_entry(&page->addr) == TEST_ENTRY_NONE;

	name_other_lists(page);
	write_text(visit, page);
	snprintf(title, sizeof(title), "%s is %slisted", page->ip, listed ? "" : "not ");
	page_begin(visit, answer, title);
	template_write(answer->out, html_lookup,
		(const struct value[]){
			{"ip", .text = page->ip},
			{"listed", .text = yes_if(listed)},
			{"past", .text = yes_if(page->event_count > 0)},
			{"exempt", .text = yes_if(page->lookup.exempt)},
			{"test_entry", .text = yes_if(!host)},
			{"listings", .text = page->listings.html},
			{"others", .text = listed ? page->others : NULL},
			{"chart", .text = page->chart_html.html},
			{"text", .text = listed && host ? page->text : NULL},
			{"events", .text = page->events.html},
			{.name = NULL},
		});
	template_write(answer->out, html_lookup_form,
		(const struct value[]){{"another", .text = "yes"}, {.name = NULL}});
}

int page_lookup(const struct visit *visit, struct answer *answer)
{
	struct page *page = calloc(1, sizeof(*page));
	int err = ERR_MEMORY;

	if (page == NULL)
		return err;
	err = ERR_NONE;
	if (page_read_address(visit, answer, &page->addr)) {
		addr_format(&page->addr, page->ip);
		err = read_page(visit, page);
		if (err == ERR_NONE)
			show(visit, answer, page);
	}
	free(page->listings.html);
	free(page->chart_html.html);
	free(page->events.html);
	free(page);
	return err;
}
