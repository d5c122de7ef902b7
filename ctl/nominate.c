/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl nominate: files an address and its spam for a test. */
#include "store/nominations.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/context.h"
#include "ctl/file.h"
#include "ctl/output.h"
#include "store/evidence.h"

static void say_filed(const struct context *context, const char *ip, int64_t id)
{
	struct json json = {.file = stdout};

	if (!context_json(context)) {
		say("%s is nominated (request %lld); \"opsprobe --worker\" tests it", ip,
			(long long)id);
		return;
	}
	json_open(&json, NULL, '{');
	json_text(&json, "ip", ip);
	json_number(&json, "request", id);
	json_close(&json, '}');
	json_end_line(&json);
}

static enum status report(const struct context *context, const struct nomination *nomination,
	enum nomination_end end, const char *why)
{
	char ip[ADDR_TEXT_SIZE];

	addr_format(&nomination->request.address, ip);
	switch (end) {
	case NOMINATION_FILED:
		say_filed(context, ip, nomination->request.id);
		return STATUS_DONE;
	case NOMINATION_WAITS:
	case NOMINATION_LISTED:
		return fail(STATUS_NO, "%s: %s", ip, why);
	case NOMINATION_NOT_RECEIVED:
		return fail(STATUS_USAGE, "%s; use --confirm if the message did come from it", why);
	case NOMINATION_NOT_A_HOST:
		return fail(STATUS_USAGE,
			"%s; probe.allow_private names ranges that may be tested anyway", why);
	default:
		return fail(STATUS_USAGE, "%s", why);
	}
}

static enum status file(struct context *context, struct nomination *nomination)
{
	char buffer[512];
	struct text why = TEXT_OVER(buffer);
	enum nomination_end end;

	text_copy(nomination->request.filed_by, sizeof(nomination->request.filed_by), context->who);
	int err = nominations_file(context->ops, nomination, &end, &why);
	return err == ERR_NONE ? report(context, nomination, end, buffer)
			       : context_failed(context->ops, err);
}

static enum status run(struct context *context)
{
	const char *path = context_option(context, OPTION_SPAM, NULL);
	struct nomination nomination = {
		.request = {.address = context->addr, .requested_at = clock_now()},
		.source = path,
		.confirmed = option_given(&context->options, OPTION_CONFIRM),
		.rules = &context->conf->probe.hosts,
	};
	char *octets = NULL;

	if (path == NULL)
		return fail(STATUS_USAGE, "missing --spam FILE: a copy of spam from the address, "
					  "with its complete header");
	enum status status = file_read_evidence(path, &octets, &nomination.length);
	if (status != STATUS_DONE)
		return status;
	nomination.spam = octets;
	status = file(context, &nomination);
	free(octets);
	return status;
}

const struct command command_nominate = {
	.name = "nominate",
	.summary = "nominate an address for a test, with spam that came from it",
	.forms = {{"nominate IP --spam FILE [--confirm]", .operand = OPERAND_ADDR,
		.opens = CHANGES_OPS, .run = run}},
	.example = "opsctl nominate 198.18.7.9 --spam spam.eml",
	.notes = "The address must be in a Received field of the message, as recorded by a "
		 "receiving\n"
		 "server. \"opsprobe --worker\" tests it; an open proxy is listed on ops.",
	.options = {{OPTION_SPAM, "FILE", "the message, up to 1 MiB; - reads standard input"},
		{OPTION_CONFIRM, NULL, "accept the address although the header does not show it"}},
};
