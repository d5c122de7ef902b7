/* SPDX-License-Identifier: BSD-2-Clause */
/* The look-up for programs, in JSON (RFC 8259). */
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "conf/conf.h"
#include "store/lists.h"
#include "store/lookup.h"
#include "web/page.h"
#include "web/template.h"

/* A string with its quotes. What is not UTF-8 becomes the replacement character. */
static void write_string(FILE *out, const char *string)
{
	size_t length = strlen(string);
	uint32_t character;

	fputc('"', out);
	while (length > 0) {
		unsigned taken = text_read_utf8(string, length, &character);
		if (taken == 0) {
			fputs("\\ufffd", out);
			taken = 1;
		} else if (character < 0x20 || character == '"' || character == '\\') {
			fprintf(out, "\\u%04x", (unsigned)character);
		} else {
			fwrite(string, 1, taken, out);
		}
		string += taken;
		length -= taken;
	}
	fputc('"', out);
}

static void write_member(FILE *out, const char *name, const char *string)
{
	fprintf(out, ", \"%s\": ", name);
	write_string(out, string);
}

static void write_time(FILE *out, const char *name, int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	if (time == CLOCK_NEVER) {
		fprintf(out, ", \"%s\": null", name);
		return;
	}
	clock_format(time, text);
	write_member(out, name, text);
}

static void write_listing(FILE *out, const struct lists *lists, const struct listing *listing)
{
	const struct list *list = lists_find(lists, listing->list);
	char network[NETWORK_TEXT_SIZE];

	network_format(&listing->network, network);
	fputs("{\"list\": ", out);
	write_string(out, listing->list);
	write_member(out, "network", network);
	write_member(out, "reason", listing->reason);
	write_time(out, "listed_at", listing->listed_at);
	write_time(out, "expires_at", listing->expires_at);
	write_member(out, "action", list_action_name(listing->action));
	write_member(
		out, "removal", list_removal_name(list != NULL ? list->removal : REMOVAL_EXPIRE));
	fputc('}', out);
}

static void write_error(struct answer *answer, unsigned status, const char *text)
{
	answer->status = status;
	fputs("{\"error\": ", answer->out);
	write_string(answer->out, text);
	fputs("}\n", answer->out);
}

int page_api_lookup(const struct visit *visit, struct answer *answer)
{
	struct lists lists;
	struct lookup lookup;
	struct addr addr;
	char ip[ADDR_TEXT_SIZE];
	char url[512];
	int err;

	answer->type = "application/json";
	if (addr_parse(visit_field(visit, "ip"), &addr)) {
		write_error(answer, 400, "ip: an IPv4 or IPv6 address is wanted");
		return ERR_NONE;
	}
	err = lists_read(visit->ops, &lists);
	if (err == ERR_NONE)
		err = lookup_in(visit->ops, &addr, visit->now, &lookup);
	if (err != ERR_NONE)
		return err;
	addr_format(&addr, ip);
	snprintf(url, sizeof(url), "%s/lookup?ip=%s", visit->conf->site_url, ip);
	fprintf(answer->out, "{\"ip\": \"%s\", \"listed\": %s, \"exempt\": %s", ip,
		lookup.count > 0 ? "true" : "false", lookup.exempt ? "true" : "false");
	write_member(answer->out, "url", url);
	fputs(", \"listings\": [", answer->out);
	for (size_t i = 0; i < lookup.count; i++) {
		fputs(i > 0 ? ", " : "", answer->out);
		write_listing(answer->out, &lists, &lookup.listings[i]);
	}
	fputs("]}\n", answer->out);
	return ERR_NONE;
}
