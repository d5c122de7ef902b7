/* SPDX-License-Identifier: BSD-2-Clause */
/* What the lists say about an address, and how to get it removed. */
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

#define DAY_SECS 86400
/* At most this many events are shown, the latest ones. */
#define EVENTS_MAX 100

/* What was read for the page, and the parts of it that are written already. */
struct lookup_page {
	struct db *ops;
	char ip[ADDR_TEXT_SIZE];
	struct addr addr;
	struct lists lists;
	struct lookup lookup;
	struct chart chart;
	struct rows listings;
	struct rows lines; /* the listings in the text to send on */
	struct rows events;
	struct rows chart_html;
	size_t event_count;
	size_t event_begins[EVENTS_MAX]; /* where the latest rows begin in `events`, a ring */
	char others[LISTS_MAX * (LIST_NAME_SIZE + 1)]; /* the lists that do not have it */
};

static void write_evidence(void *context, int64_t id)
{
	template_write_row(context, html_lookup, "evidence", VALUES({"id", .number = id}));
}

static int write_listing(
	const struct visit *visit, struct lookup_page *page, const struct listing *listing)
{
	const struct list *list = lists_find(&page->lists, listing->list);
	char network[NETWORK_TEXT_SIZE] = "";
	struct rows evidence;
	int err = rows_begin(&evidence);

	if (err == ERR_NONE)
		err = evidence_of_listing(visit->ops, listing->id, write_evidence, evidence.out);
	rows_end(&evidence);
	if (listing->network.prefix != NETWORK_MAX_PREFIX)
		network_format(&listing->network, network);
	if (err == ERR_NONE && list != NULL)
		template_write_row(page->listings.out, html_lookup, "listing",
			VALUES({"ip", .text = page->ip}, {"list", .text = list->name},
				{"title", .text = list->title}, {"reason", .text = listing->reason},
				{"network", .text = network}, {"since", .time = listing->listed_at},
				{"until", .time = listing->expires_at},
				{"evidence", .text = evidence.html},
				{list_action_name(list->action), .number = 1},
				{list_removal_name(list->removal), .number = 1},
				{"proxies", .number = strcmp(list->name, LIST_OF_PROXIES) == 0}));
	free(evidence.html);
	return err;
}

/* Each listing with its evidence, and as a line of the text to send on. */
static int write_listings(const struct visit *visit, struct lookup_page *page)
{
	int err = rows_begin(&page->listings);

	if (err == ERR_NONE)
		err = rows_begin(&page->lines);
	for (size_t i = 0; err == ERR_NONE && i < page->lookup.count; i++) {
		const struct listing *listing = &page->lookup.listings[i];
		template_write_row(page->lines.out, html_lookup, "line",
			VALUES({"list", .text = listing->list},
				{"since", .time = listing->listed_at},
				{"reason", .text = listing->reason}));
		if (listing->id != 0)
			err = write_listing(visit, page, listing);
	}
	rows_end(&page->listings);
	rows_end(&page->lines);
	return err;
}

static void name_other_lists(struct lookup_page *page)
{
	struct text others = TEXT_OVER(page->others);

	for (size_t i = 0; i < page->lists.count; i++)
		if (!lookup_has_list(&page->lookup, page->lists.lists[i].id))
			text_add_format(&others, "%s%s", others.length > 0 ? ", " : "",
				page->lists.lists[i].name);
}

/* The events of a history in words for everybody. The reasons of the others are the words of the
 * requester or notes of the operator: they are not public. */
static const struct event_words {
	const char *what;
	const char *words;
	bool reason_is_public;
} event_words[] = {
	{"add", "listed", true},
	{"import", "listed, with many others", true},
	{"replace", "removed: the list was replaced", false},
	{"remove", "removed", true},
	{"expire", "expired", true},
	{"evidence", "more evidence", false},
	{"removal request", "removal requested", false},
	{"removal granted", "removal granted", true},
	{"removal denied", "removal denied", true},
	{"removal retry", "removal: the test is repeated", false},
	{"removal review", "removal: the operator decides", false},
	{"nomination request", "nominated, with spam", false},
	{"nomination retry", "nomination: the test is repeated", false},
	{"nomination review", "nomination: the operator decides", false},
	{"nomination confirmed", "nomination confirmed", false},
	{"nomination granted", "nomination granted", true},
	{"nomination denied", "nomination denied", true},
	{"test open", "tested: open", true},
	{"test closed", "tested: closed", true},
	{"test unreachable", "tested: unreachable", true},
	{"test inconclusive", "tested: inconclusive", true},
	{"test void", "tested: does not count", true},
	{"watch over", "tests after the removal ended", false},
};

static struct event_words words_for(const char *what)
{
	for (size_t i = 0; i < sizeof(event_words) / sizeof(event_words[0]); i++)
		if (strcmp(event_words[i].what, what) == 0)
			return event_words[i];
	return (struct event_words){what, what, false};
}

/* The number of an event's evidence, 0 if the public may not see it. */
static int64_t public_evidence(const struct lookup_page *page, const struct history_event *event)
{
	bool shown = event->evidence_id != 0;

	if (shown && strncmp(event->what, "test ", 5) == 0 &&
		evidence_is_public(page->ops, event->evidence_id, &shown) != ERR_NONE)
		shown = false;
	return shown ? event->evidence_id : 0;
}

static void write_event(void *context, const struct history_event *event)
{
	struct lookup_page *page = context;
	struct event_words words = words_for(event->what);

	if (strncmp(event->what, "exempt", 6) == 0)
		return;
	fflush(page->events.out); /* so that its length counts */
	page->event_begins[page->event_count++ % EVENTS_MAX] = page->events.length;
	template_write_row(page->events.out, html_lookup, "event",
		VALUES({"at", .time = event->at}, {"what", .text = words.words},
			{"record", .number = public_evidence(page, event)},
			{"list", .text = event->list},
			{"why", .text = words.reason_is_public ? event->why : NULL}));
}

static int write_events(const struct visit *visit, struct lookup_page *page)
{
	int err = rows_begin(&page->events);

	page->ops = visit->ops;
	if (err == ERR_NONE)
		err = history_each(visit->ops, &page->addr, visit->now, write_event, page);
	rows_end(&page->events);
	return err;
}

/* The rows of the latest events. */
static const char *latest_events(const struct lookup_page *page)
{
	bool all = page->event_count <= EVENTS_MAX;

	return page->events.html + (all ? 0 : page->event_begins[page->event_count % EVENTS_MAX]);
}

static int write_chart(const struct visit *visit, struct lookup_page *page)
{
	int err = rows_begin(&page->chart_html);

	chart_begin(&page->chart, visit->now);
	if (err == ERR_NONE)
		err = hits_count_client_by_day(visit->hits, &page->addr,
			page->chart.first_day * DAY_SECS, chart_take, &page->chart);
	if (err == ERR_NONE)
		err = chart_write(&page->chart, page->chart_html.out);
	rows_end(&page->chart_html);
	return err;
}

static int read_page(const struct visit *visit, struct lookup_page *page)
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
	name_other_lists(page);
	return err;
}

static void show_address(
	const struct visit *visit, struct answer *answer, const struct lookup_page *page)
{
	char title[ADDR_TEXT_SIZE + 32];
	char ref[REF_SIZE];
	int64_t unused;
	bool listed = page->lookup.count > 0;
	bool host = listing_test_entry(&page->addr) == TEST_ENTRY_NONE;
	bool has_ref = hit_ref_parse(visit_field(visit, "ref"), &unused, ref);

	snprintf(title, sizeof(title), "%s is %slisted", page->ip, listed ? "" : "not ");
	page_write(visit, answer, title, html_lookup,
		VALUES({"ip", .text = page->ip}, {"listed", .number = listed},
			{"host", .number = host}, {"exempt", .number = page->lookup.exempt},
			{"listing", .text = page->listings.html}, {"others", .text = page->others},
			{"chart", .text = page->chart_html.html},
			{"line", .text = page->lines.html}, {"site", .text = visit->conf->site_url},
			{"ref", .text = has_ref ? ref : NULL},
			{"event", .text = latest_events(page)}));
	page_write(visit, answer, NULL, html_lookup_form, VALUES({"another", .number = 1}));
}

int page_lookup(const struct visit *visit, struct answer *answer)
{
	struct lookup_page *page = calloc(1, sizeof(*page));
	int err = page != NULL ? ERR_NONE : ERR_MEMORY;

	if (page != NULL && page_read_address(visit, answer, &page->addr)) {
		addr_format(&page->addr, page->ip);
		err = read_page(visit, page);
		if (err == ERR_NONE)
			show_address(visit, answer, page);
		free(page->listings.html);
		free(page->lines.html);
		free(page->events.html);
		free(page->chart_html.html);
	}
	free(page);
	return err;
}
