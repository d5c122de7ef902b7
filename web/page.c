/* SPDX-License-Identifier: BSD-2-Clause */
/* What all pages share: the frame, problems, addresses, times. */
#include "web/page.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "web/embedded.h"
#include "web/site.h"
#include "web/template.h"

/* A visitor with more addresses than this has to write to the operator. */
#define REMOVALS_PER_DAY 50

void page_begin(const struct visit *visit, struct answer *answer, const char *title)
{
	const struct value values[] = {
		{"title", .text = title},
		{"operator", .text = visit->conf->web.operator_name},
		{.name = NULL},
	};

	template_write(answer->out, html_frame_begin, values);
	answer->has_frame = true;
}

void page_end(const struct visit *visit, struct answer *answer)
{
	const struct value values[] = {
		{"operator", .text = visit->conf->web.operator_name},
		{.name = NULL},
	};

	template_write(answer->out, html_frame_end, values);
}

void page_problem(const struct visit *visit, struct answer *answer, unsigned status,
	const char *title, const char *text, const char *value)
{
	const struct value values[] = {
		{"title", .text = title},
		{"text", .text = text},
		{"value", .text = value},
		{.name = NULL},
	};

	answer->status = status;
	page_begin(visit, answer, title);
	template_write(answer->out, html_problem, values);
	template_write(answer->out, html_lookup_form, values);
}

bool page_take_allowance(const struct visit *visit, struct answer *answer, enum allowance allowance)
{
	const struct conf_web *web = &visit->conf->web;
	const struct {
		long most;
		int64_t span_secs;
		const char *title;
		const char *text;
	} allowances[ALLOWANCES] = {
		[ALLOWANCE_LOOKUPS] = {web->lookups_per_hour, 3600, "Too many look-ups",
			"Your address has used all its look-ups for this hour. Please come back "
			"later. To look up many addresses, use the list by DNS or as a file."},
		[ALLOWANCE_NOMINATIONS] = {web->nominations_per_day, 86400, "Too many nominations",
			"Your address has used all its nominations for today. Please come back "
			"tomorrow, or write to the operator (see \"Contact\")."},
		[ALLOWANCE_REMOVALS] = {REMOVALS_PER_DAY, 86400, "Too many requests",
			"Your address has sent as many requests as are accepted in one day. "
			"Please come back tomorrow, or write to the operator (see \"Contact\")."},
	};

	if (limit_take(visit->site->limits->of[allowance], &visit->client,
		    clock_monotonic_msecs() / 1000, allowances[allowance].most,
		    allowances[allowance].span_secs, &answer->retry_secs)) {
		answer->retry_secs = 0;
		return true;
	}
	page_problem(
		visit, answer, 429, allowances[allowance].title, allowances[allowance].text, NULL);
	return false;
}

/* Without the white space around it; false when it does not fit. */
static bool trim(const char *string, char *trimmed_r, size_t size)
{
	static const char space[] = " \t\r\n";
	size_t length;

	string += strspn(string, space);
	length = strlen(string);
	while (length > 0 && strchr(space, string[length - 1]) != NULL)
		length--;
	if (length >= size)
		return false;
	memcpy(trimmed_r, string, length);
	trimmed_r[length] = '\0';
	return true;
}

bool page_parse_address(const char *value, struct addr *addr_r)
{
	char trimmed[2 * ADDR_TEXT_SIZE];

	return trim(value, trimmed, sizeof(trimmed)) && addr_parse(trimmed, addr_r) == ERR_NONE;
}

void page_copy_text(char *buffer, size_t size, const char *value)
{
	struct text text;
	size_t left = strlen(value);

	text_init(&text, buffer, size);
	while (left > 0) {
		uint32_t character;
		unsigned octets = text_read_utf8(value, left, &character);
		bool control = character < 0x20 || (character >= 0x7f && character <= 0x9f);
		if (octets > 0 && text.length + octets >= size)
			break; /* no half character */
		text_add_octets(&text,
			octets == 0 ? "?"
			: control   ? " "
				    : value,
			octets == 0 || control ? 1 : octets);
		value += octets > 0 ? octets : 1;
		left -= octets > 0 ? octets : 1;
	}
}

bool page_read_address(const struct visit *visit, struct answer *answer, struct addr *addr_r)
{
	const char *value = visit_field(visit, "ip");

	if (page_parse_address(value, addr_r))
		return true;
	page_problem(visit, answer, 400, value[0] ? "That is not an IP address" : "Which address?",
		"An IP address is four numbers such as 192.0.2.1, or an IPv6 address such as "
		"2001:db8::1. The message that came back names it, in square brackets or in the "
		"link.",
		value);
	return false;
}

void page_format_time(int64_t time, char text_r[PAGE_TIME_SIZE])
{
	char full[CLOCK_TEXT_SIZE];

	if (time == CLOCK_NEVER) {
		strcpy(text_r, "never");
		return;
	}
	clock_format(time, full);
	memcpy(text_r, full, 16); /* without the seconds */
	strcpy(text_r + 16, " UTC");
}
