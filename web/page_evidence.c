/* SPDX-License-Identifier: BSD-2-Clause */
/* One piece of evidence: a message as text, masked; a test as a dialogue. */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "conf/conf.h"
#include "core/mask.h"
#include "store/evidence.h"
#include "web/embedded.h"
#include "web/page.h"
#include "web/template.h"

/* Of a long piece so much is shown. */
#define SHOWN_MAX ((size_t)256 * 1024)

static void write_html(void *context, const char *octets, size_t length)
{
	html_write(context, octets, length);
}

static size_t shown(const struct evidence *evidence)
{
	return (size_t)evidence->octets < SHOWN_MAX ? (size_t)evidence->octets : SHOWN_MAX;
}

/* Traps stay unknown, wherever a copy names them. */
static void write_message(const struct visit *visit, FILE *out, const struct evidence *evidence)
{
	const struct conf_milter *milter = &visit->conf->milter;
	const struct mask_also also = {
		.mailboxes = (const char *const *)milter->trap_recipients,
		.count = milter->trap_recipient_count,
	};

	fputs("<pre class=\"wrap\" tabindex=\"0\" role=\"region\" aria-label=\"The message\">",
		out);
	mask_message(evidence->body, shown(evidence), &also, write_html, out);
	fputs("</pre>\n", out);
}

/* What the sign of a transcript's line says, for those who do not see colours. */
static const struct {
	char sign;
	const char *class;
	const char *word;
} signs[] = {
	{'>', "sent", "we sent"},
	{'<', "received", "it sent"},
	{'=', "verdict", "verdict"},
	{'.', "note", ""},
};

/* A line "  0.012 > text". */
static void write_line(FILE *out, const char *line, size_t length)
{
	size_t i = 0;
	size_t time;

	while (i < length && line[i] == ' ')
		i++;
	time = i;
	while (i < length && line[i] != ' ')
		i++;
	for (size_t k = 0; i + 2 < length && k < sizeof(signs) / sizeof(signs[0]); k++) {
		if (signs[k].sign != line[i + 1])
			continue;
		fprintf(out, "<li class=\"%s\"><span class=\"at\">", signs[k].class);
		html_write(out, line + time, i - time);
		fprintf(out, " s%s%s:</span> ", signs[k].word[0] ? ", " : "", signs[k].word);
		html_write(out, line + i + 3, length - i - 3);
		fputs("</li>\n", out);
		return;
	}
	fputs("<li>", out);
	html_write(out, line, length);
	fputs("</li>\n", out);
}

static bool is_headline(const char *line, size_t length)
{
	static const char begin[] = "connection ";

	return length >= sizeof(begin) - 1 && memcmp(line, begin, sizeof(begin) - 1) == 0;
}

/* The end of the line that begins at `at`, without its line feed. */
static const char *line_end(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed != NULL ? feed : end;
}

/* The table of results in front of the connections; gives what follows it. */
static const char *write_table(FILE *out, const char *at, const char *end)
{
	const char *begin = at;

	while (at < end && !is_headline(at, (size_t)(line_end(at, end) - at)))
		at = line_end(at, end) < end ? line_end(at, end) + 1 : end;
	if (at > begin) {
		fputs("<pre tabindex=\"0\" role=\"region\" aria-label=\"Results by port\">", out);
		html_write(out, begin, (size_t)(at - begin));
		fputs("</pre>\n", out);
	}
	return at;
}

/* Connections, each a headline and the lines of its dialogue (probe/transcript.h). */
static void write_dialogue(FILE *out, const struct evidence *evidence)
{
	const char *end = (const char *)evidence->body + evidence->octets;
	const char *at = write_table(out, evidence->body, end);
	bool in_list = false;

	for (; at < end; at = line_end(at, end) + 1) {
		size_t length = (size_t)(line_end(at, end) - at);
		if (is_headline(at, length)) {
			fputs(in_list ? "</ul>\n<h2>" : "<h2>", out);
			html_write(out, at, length);
			fputs("</h2>\n<ul class=\"dialogue\">\n", out);
			in_list = true;
		} else if (in_list) {
			write_line(out, at, length);
		}
	}
	if (in_list)
		fputs("</ul>\n", out);
}

static const char *kind_words(const char *kind)
{
	static const char *const words[][2] = {
		{"spam", "a copy of spam that came from the address"},
		{"test", "the record of a test for open proxies"},
		{"note", "a note of the operator"},
		{"file", "a file that the operator added"},
		{"import", "an import of many listings"},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], kind) == 0)
			return words[i][1];
	return kind;
}

static void show(const struct visit *visit, struct answer *answer, const struct evidence *evidence)
{
	char id[24];
	char at[PAGE_TIME_SIZE];
	bool test = strcmp(evidence->kind, "test") == 0;
	bool cut = (size_t)evidence->octets > SHOWN_MAX && !test;

	snprintf(id, sizeof(id), "%lld", (long long)evidence->id);
	page_format_time(evidence->at, at);
	page_begin(visit, answer, "Evidence");
	template_write(answer->out, html_evidence,
		(const struct value[]){
			{"id", .text = id},
			{"at", .text = at},
			{"kind", .text = kind_words(evidence->kind)},
			{"sha256", .text = evidence->sha256},
			{"test", .text = test ? "yes" : NULL},
			{"missing", .text = evidence->body != NULL ? NULL : "yes"},
			{"cut", .text = cut ? "yes" : NULL},
			{.name = NULL},
		});
	if (evidence->body != NULL && test)
		write_dialogue(answer->out, evidence);
	else if (evidence->body != NULL)
		write_message(visit, answer->out, evidence);
}

/* A copy that led to no listing is as good as not there. */
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
	size_t digits = strspn(visit->rest, "0123456789");
	struct evidence *evidence;
	int err = ERR_NOT_FOUND;

	if (digits > 0 && digits <= 18 && visit->rest[digits] == '\0')
		err = get_public(visit, strtoll(visit->rest, NULL, 10), &evidence);
	if (err == ERR_NOT_FOUND) {
		page_problem(visit, answer, 404, "There is no such evidence",
			"Perhaps the number was cut off. The page of an address names its "
			"evidence.",
			NULL);
		return ERR_NONE;
	}
	if (err != ERR_NONE)
		return err;
	show(visit, answer, evidence);
	evidence_free(&evidence);
	return ERR_NONE;
}
