/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl evidence: prints one piece of evidence. */
#include "store/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "ctl/context.h"
#include "ctl/output.h"

static void show_json(const struct evidence *evidence)
{
	struct json json = {.file = stdout};

	json_open(&json, NULL, '{');
	json_number(&json, "id", evidence->id);
	json_time(&json, "at", evidence->at);
	json_text(&json, "who", evidence->who);
	json_text(&json, "kind", evidence->kind);
	json_text(&json, "source", evidence->source);
	json_text(&json, "sha256", evidence->sha256);
	json_number(&json, "octets", evidence->octets);
	json_time(&json, "purged_at", evidence->purged_at);
	if (evidence->body == NULL)
		json_null(&json, "body");
	else
		json_octets(&json, "body", evidence->body, (size_t)evidence->octets);
	json_close(&json, '}');
	json_end_line(&json);
}

/*
 * Control characters but the end of a line and the tab are shown as ^X, what is not UTF-8, C1 and
 * characters that turn the direction of the text as ?.
 */
static void write_for_terminal(const char *octets, size_t length)
{
	const char *end = octets + length;

	while (octets < end) {
		uint32_t character;
		unsigned size = text_read_utf8(octets, (size_t)(end - octets), &character);
		if (size == 0 || text_turns_direction(character) ||
			(character > 0x7f && text_is_control(character)))
			putchar('?');
		else if (character == '\n' || character == '\t')
			putchar((int)character);
		else if (character == '\r' && octets + 1 < end && octets[1] == '\n')
			; /* CRLF ends a line too */
		else if (character < 0x20 || character == 0x7f)
			printf("^%c", (int)(character ^ 0x40));
		else
			fwrite(octets, 1, size, stdout);
		octets += size ? size : 1;
	}
}

static enum status show_body(const struct evidence *evidence)
{
	char when[CLOCK_TEXT_SIZE];

	if (evidence->body == NULL && evidence->purged_at != CLOCK_NEVER) {
		clock_format(evidence->purged_at, when);
		return fail(STATUS_NO, "evidence %lld was purged on %s; its SHA-256 was %s",
			(long long)evidence->id, when, evidence->sha256);
	}
	if (evidence->body == NULL) {
		clock_format(evidence->at, when);
		return fail(STATUS_NO,
			"evidence %lld is the import of %s (%lld bytes) on %s by %s; it has no "
			"body but its listings",
			(long long)evidence->id, evidence->source, (long long)evidence->octets,
			when, evidence->who);
	}
	if (isatty(STDOUT_FILENO))
		write_for_terminal(evidence->body, (size_t)evidence->octets);
	else
		fwrite(evidence->body, 1, (size_t)evidence->octets, stdout);
	return STATUS_DONE;
}

static enum status run(struct context *context)
{
	struct evidence *evidence;
	enum status status = STATUS_DONE;
	int err = evidence_get(context->ops, context->number, &evidence);

	if (err == ERR_NOT_FOUND)
		return fail(STATUS_NO, "no evidence %lld", (long long)context->number);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	if (context_json(context))
		show_json(evidence);
	else
		status = show_body(evidence);
	evidence_free(&evidence);
	return status;
}

const struct command command_evidence = {
	.name = "evidence",
	.summary = "print one piece of evidence as stored",
	.forms = {{"evidence ID", .operand = OPERAND_EVIDENCE, .opens = READS_OPS, .run = run}},
	.example = "opsctl evidence 17 > spam.eml",
	.notes = "On a terminal, control characters are made visible. --json shows the whole "
		 "record.",
};
