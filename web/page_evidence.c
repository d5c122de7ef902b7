/* SPDX-License-Identifier: BSD-2-Clause */
/* One piece of evidence: a message as text, masked; a test as a dialogue. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "conf/conf.h"
#include "mail/copy.h"
#include "store/evidence.h"
#include "web/embedded.h"
#include "web/page.h"

/* Of a long message only this much is shown. */
#define SHOWN_MAX ((size_t)256 * 1024)

/* The parts of a piece of evidence that are written before its page. */
struct parts {
	char *text;              /* a copy of a test's record, which is cut into lines */
	const char *results;     /* the results by port in front of its connections */
	struct rows connections; /* of a test */
	struct rows message;     /* anything but a test */
};

static void put_html(void *context, const char *octets, size_t length)
{
	html_write(context, octets, length);
}

/* Trap recipients are masked wherever a message names them. */
static int write_message(
	const struct visit *visit, const struct evidence *evidence, struct rows *message)
{
	const struct conf_milter *milter = &visit->conf->milter;
	const struct copy_also also = {
		.mailboxes = (const char *const *)milter->trap_recipients,
		.count = milter->trap_recipient_count,
	};
	size_t length = (size_t)evidence->octets;
	int err = rows_begin(message);

	if (err == ERR_NONE)
		copy_show(evidence->body, length < SHOWN_MAX ? length : SHOWN_MAX, &also, put_html,
			message->out);
	rows_end(message);
	return err;
}

static bool is_headline(const char *line)
{
	return strncmp(line, "connection ", 11) == 0;
}

/* Cuts off the line at *at and moves to the next one. */
static char *cut_line(char **at)
{
	char *line = *at;
	char *end = line + strcspn(line, "\n");

	*at = end + (end[0] != '\0');
	*end = '\0';
	return line;
}

static const char signs[] = "><=.";
static const char *const speakers[] = {"sent", "received", "verdict", "note"};

/* The sign of a line "  0.012 > text" (probe/transcript.h), which says who speaks. NULL: none. */
static char *find_sign(char *line)
{
	char *time = line + strspn(line, " ");
	char *end = time + strcspn(time, " ");
	bool whole = end[0] != '\0' && end[1] != '\0' && end[2] != '\0';

	return whole && strchr(signs, end[1]) != NULL ? end + 1 : NULL;
}

static void write_line(FILE *out, char *line)
{
	char *sign = find_sign(line);
	const char *speaker = sign != NULL ? speakers[strchr(signs, sign[0]) - signs] : "";

	if (sign != NULL)
		sign[-1] = '\0';
	template_write_row(out, html_evidence, "line",
		VALUES({"speaker", .text = speaker}, {speaker, .number = 1},
			{"time", .text = line + strspn(line, " ")},
			{"text", .text = sign != NULL ? sign + 2 : line}));
}

static bool is_verdict(char *line)
{
	const char *sign = find_sign(line);

	return sign != NULL && sign[0] == '=';
}

/* Of a connection to a target that no page names, only the verdict is public; the headline is cut
 * before the target. */
static bool hide_target(char *headline)
{
	static const char mark[] = " (unpublished)";
	size_t length = strlen(headline), end = sizeof(mark) - 1;
	char *colon = strstr(headline, ": ");

	if (length < end || strcmp(headline + length - end, mark) != 0)
		return false;
	if (colon != NULL)
		*colon = '\0';
	return true;
}

static int write_connection(FILE *out, char *headline, char **at)
{
	bool hidden = hide_target(headline);
	struct rows lines;
	int err = rows_begin(&lines);

	if (err != ERR_NONE)
		return err;
	while ((*at)[0] != '\0' && !is_headline(*at)) {
		char *line = cut_line(at);
		if (!hidden || is_verdict(line))
			write_line(lines.out, line);
	}
	rows_end(&lines);
	template_write_row(out, html_evidence, "connection",
		VALUES({"headline", .text = headline}, {"line", .text = lines.html}));
	free(lines.html);
	return ERR_NONE;
}

/* The results by port, and the connections one after the other. */
static int write_test(const struct evidence *evidence, struct parts *parts)
{
	char *at = parts->text = strndup(evidence->body, (size_t)evidence->octets);
	int err = at != NULL ? rows_begin(&parts->connections) : ERR_MEMORY;

	if (err == ERR_NONE && !is_headline(at)) {
		at = strstr(at, "\nconnection ");
		at = at != NULL ? at + 1 : parts->text + strlen(parts->text);
		if (at > parts->text)
			at[-1] = '\0';
		parts->results = parts->text;
	}
	while (err == ERR_NONE && at[0] != '\0') {
		char *headline = cut_line(&at);
		err = write_connection(parts->connections.out, headline, &at);
	}
	rows_end(&parts->connections);
	return err;
}

static int show_evidence(
	const struct visit *visit, struct answer *answer, const struct evidence *evidence)
{
	struct parts parts = {.text = NULL};
	bool test = strcmp(evidence->kind, "test") == 0;
	int err = ERR_NONE;

	if (evidence->body != NULL)
		err = test ? write_test(evidence, &parts)
			   : write_message(visit, evidence, &parts.message);
	if (err == ERR_NONE)
		page_write(visit, answer, "Evidence", html_evidence,
			VALUES({"id", .number = evidence->id}, {"at", .time = evidence->at},
				{evidence->kind, .number = 1}, {"sha256", .text = evidence->sha256},
				{"missing", .number = evidence->body == NULL},
				{"cut", .number = (size_t)evidence->octets > SHOWN_MAX},
				{"results", .text = parts.results},
				{"connection", .text = parts.connections.html},
				{"message", .text = parts.message.html}));
	free(parts.text);
	free(parts.connections.html);
	free(parts.message.html);
	return err;
}

/* The copy of a nomination that did not lead to a listing is not found. */
static int get_public(const struct visit *visit, int64_t id, struct evidence **evidence_r)
{
	bool public;
	int err = evidence_is_public(visit->ops, id, &public);

	if (err != ERR_NONE || !public)
		return err != ERR_NONE ? err : ERR_NOT_FOUND;
	return evidence_get(visit->ops, id, evidence_r);
}

int page_evidence(const struct visit *visit, struct answer *answer)
{
	struct evidence *evidence = NULL;
	int64_t id;
	int err = ERR_NOT_FOUND;

	if (number_parse(visit->rest, 0, INT64_MAX, &id))
		err = get_public(visit, id, &evidence);
	if (err == ERR_NOT_FOUND) {
		page_problem(visit, answer, 404, "There is no such evidence", "no_evidence");
		return ERR_NONE;
	}
	if (err == ERR_NONE)
		err = show_evidence(visit, answer, evidence);
	evidence_free(&evidence);
	return err;
}
