/* SPDX-License-Identifier: BSD-2-Clause */
/* What commands share: configuration, databases, and reading of options and operands. */
#include "ctl/context.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/output.h"
#include "ctl/typed.h"
#include "store/db.h"
#include "store/lists.h"
#include "store/migrate.h"

/* How long a command waits for another program's lock before it gives up. */
#define WAIT_MSECS 10000

bool context_json(const struct context *context)
{
	return option_given(&context->options, OPTION_JSON);
}

const char *context_option(const struct context *context, enum option_id id, const char *fallback)
{
	return option_given(&context->options, id) ? context->options.values[id] : fallback;
}

/* Under sudo, the login name is that of the person, not root. */
static void find_login_name(char *who_r, size_t size)
{
	struct text who = text_over(who_r, size);
	const struct passwd *user = getpwuid(getuid());

	if (getlogin_r(who_r, size) == 0 && *who_r != '\0')
		return;
	*who_r = '\0';
	if (user != NULL)
		text_add(&who, user->pw_name);
	else
		text_add_format(&who, "uid %lu", (unsigned long)getuid());
}

enum status context_begin(struct context *context)
{
	char buffer[CONTEXT_MESSAGE_SIZE];
	struct text message = TEXT_OVER(buffer);
	const char *by = context_option(context, OPTION_BY, NULL);

	if (by != NULL && context_check_text(context, OPTION_BY) != STATUS_DONE)
		return STATUS_USAGE;
	if (by != NULL)
		text_copy(context->who, sizeof(context->who), by);
	else
		find_login_name(context->who, sizeof(context->who));
	context->conf_path = context_option(context, OPTION_CONFIG, CONF_DEFAULT_FILE);
	if (conf_read(context->conf_path, &context->conf, &message) == ERR_NONE)
		return STATUS_DONE;
	return fail(STATUS_USAGE, "%s", buffer);
}

int context_try_open(const char *path, enum db_kind kind, bool writable, struct db **db_r,
	struct text *message_r)
{
	const struct db_options options = {
		.kind = kind,
		.role = ROLE_ADMIN,
		.writable = writable,
		.wait_msecs = WAIT_MSECS,
	};

	return store_open(path, &options, db_r, message_r);
}

static enum status open_db(const char *path, enum db_kind kind, bool writable, struct db **db_r)
{
	char buffer[CONTEXT_MESSAGE_SIZE];
	struct text message = TEXT_OVER(buffer);

	if (context_try_open(path, kind, writable, db_r, &message) == ERR_NONE)
		return STATUS_DONE;
	return fail(STATUS_FAILED, "%s", buffer);
}

enum status context_open_ops(struct context *context, bool writable)
{
	enum status status = open_db(context->conf->database, DB_OPS, writable, &context->ops);

	return status == STATUS_DONE
		       ? context_status(context->ops, lists_read(context->ops, &context->lists))
		       : status;
}

enum status context_open_hits(struct context *context, bool writable)
{
	return open_db(context->conf->hit_log, DB_HITS, writable, &context->hits);
}

enum status context_failed(const struct db *db, int err)
{
	char buffer[CONTEXT_MESSAGE_SIZE];
	struct text message = TEXT_OVER(buffer);

	db_explain(db, err, &message);
	return fail(STATUS_FAILED, "%s", buffer);
}

enum status context_status(const struct db *db, int err)
{
	return err == ERR_NONE ? STATUS_DONE : context_failed(db, err);
}

struct change context_change(const struct context *context, const char *what, const char *why)
{
	return (struct change){.at = clock_now(), .who = context->who, .what = what, .why = why};
}

enum status context_find_list(struct context *context, const char *name)
{
	const struct lists *lists = &context->lists;
	const struct list *list = lists_find(lists, name);
	char buffer[LISTS_MAX * LIST_NAME_SIZE + 1];
	struct text names = TEXT_OVER(buffer);

	if (list != NULL) {
		context->list = *list;
		return STATUS_DONE;
	}
	for (size_t i = 0; i < lists->count; i++)
		text_add_format(&names, " %s", lists->lists[i].name);
	return fail(STATUS_USAGE, "unknown list \"%s\"; known lists are:%s%s", name, buffer,
		strcmp(context->command->name, "list") == 0
			? "; \"opsctl list --help\" shows what else list does"
			: "");
}

/* The end of a link to a request that a visitor has: /request/TOKEN. */
static bool is_token(const char *word)
{
	size_t length = strspn(word, "0123456789abcdef-");

	return word[length] == '\0' && length > 2 * sizeof(int64_t) && strchr(word, '-') != NULL;
}

static enum status read_operand(struct context *context, const char *word)
{
	static const struct {
		const char *what, *shown_by;
	} numbers[] = {
		[OPERAND_EVIDENCE] = {"an evidence number", "opsctl lookup IP"},
		[OPERAND_REQUEST] = {"a request number", "opsctl requests"},
	};
	enum operand kind = context->form->operand;
	char buffer[CONTEXT_MESSAGE_SIZE];
	struct text fault = TEXT_OVER(buffer);

	switch (kind) {
	case OPERAND_NONE:
	case OPERAND_WORD:
		return STATUS_DONE;
	case OPERAND_ADDR:
		if (!typed_addr(word, &context->addr, &fault))
			return fail(STATUS_USAGE, "%s", buffer);
		addr_format(&context->addr, context->operand);
		return STATUS_DONE;
	case OPERAND_NETWORK:
		if (!typed_network(word, &context->network, &fault))
			return fail(STATUS_USAGE, "%s", buffer);
		network_format(&context->network, context->operand);
		return STATUS_DONE;
	default:
		if (number_parse(word, 0, INT64_MAX, &context->number))
			return STATUS_DONE;
		if (kind == OPERAND_REQUEST && is_token(word))
			return STATUS_DONE;
		return fail(STATUS_USAGE, "\"%s\" is not %s; \"%s\" shows the numbers", word,
			numbers[kind].what, numbers[kind].shown_by);
	}
}

/* What the help of the command says about an option. */
static const char *purpose_of(const struct command *command, enum option_id id)
{
	const struct command_option *option = command->options;

	while (option->help != NULL && option->id != id)
		option++;
	return option->help;
}

/* A reply is ASCII (RFC 5321, 4.2): every other octet of a reason is a question mark in it. */
static void warn_of_reply(const char *reason)
{
	char buffer[REASON_SIZE];
	struct text shown = TEXT_OVER(buffer);

	text_add_printable(&shown, reason);
	if (strcmp(buffer, reason) != 0)
		say_error("warning: the reason has characters that are not ASCII; in a reply it "
			  "reads \"%s\"",
			buffer);
}

enum status context_check_text(const struct context *context, enum option_id id)
{
	const char *text = context_option(context, id, NULL);

	if (text == NULL)
		return fail(STATUS_USAGE, "missing --%s TEXT: %s", option_name(id),
			purpose_of(context->command, id));
	const char *fault = reason_fault(text);
	if (fault != NULL)
		return fail(STATUS_USAGE, "--%s: the text %s", option_name(id), fault);
	if (id == OPTION_REASON)
		warn_of_reply(text);
	return STATUS_DONE;
}

enum status context_prepare(struct context *context)
{
	const struct form *form = context->form;
	size_t verbs = form->verb != NULL ? 1 : 0;
	enum status status = STATUS_DONE;

	context->words = context->options.operands + verbs;
	context->word_count = context->options.operand_count - verbs;
	if (context->word_count > 0)
		status = read_operand(context, context->words[0]);
	if (status == STATUS_DONE && form->text != 0)
		status = context_check_text(context, form->text);
	if (status == STATUS_DONE && form->opens & (READS_OPS | CHANGES_OPS))
		status = context_open_ops(context, form->opens & CHANGES_OPS);
	if (status == STATUS_DONE && form->opens & READS_HITS)
		status = context_open_hits(context, false);
	if (status == STATUS_DONE && form->opens & FINDS_LIST)
		status = context_find_list(
			context, context_option(context, OPTION_LIST, LIST_OF_PROXIES));
	return status;
}

void context_end(struct context *context, enum status status)
{
	if (context->ops != NULL && context->form->opens & CHANGES_OPS && status == STATUS_DONE)
		db_checkpoint(context->ops);
	db_close(&context->ops);
	db_close(&context->hits);
	conf_free(&context->conf);
}

void context_say_done(
	const struct context *context, const char *list, const char *state, const char *sentence)
{
	struct json json = {.file = stdout};

	if (!context_json(context)) {
		say("%s %s%s%s", context->operand, sentence, list != NULL ? " " : "",
			list != NULL ? list : "");
		return;
	}
	json_open(&json, NULL, '{');
	json_text(&json, "network", context->operand);
	if (list != NULL)
		json_text(&json, "list", list);
	json_text(&json, "state", state);
	json_close(&json, '}');
	json_end_line(&json);
}

static enum status read_moment(enum option_id id, const char *value, int64_t now, int64_t *time_r)
{
	if (clock_parse_moment(value, now, time_r) == ERR_NONE)
		return STATUS_DONE;
	return fail(STATUS_USAGE,
		"--%s: \"%s\" is not a valid time (for example 7d, 2026-11-20 or \"2026-11-20 "
		"21:02\", UTC)",
		option_name(id), value);
}

enum status context_read_span(
	const struct context *context, const char *fallback, struct span *span_r)
{
	const char *since = context_option(context, OPTION_SINCE, fallback);
	const char *until = context_option(context, OPTION_UNTIL, NULL);
	int64_t now = clock_now();

	*span_r = (struct span){.since = INT64_MIN, .until = INT64_MAX};
	if (since != NULL && read_moment(OPTION_SINCE, since, now, &span_r->since) != STATUS_DONE)
		return STATUS_USAGE;
	if (until != NULL && read_moment(OPTION_UNTIL, until, now, &span_r->until) != STATUS_DONE)
		return STATUS_USAGE;
	if (span_r->since > now)
		return fail(STATUS_USAGE, "--since %s is in the future", since);
	if (span_r->since <= span_r->until)
		return STATUS_DONE;
	return fail(STATUS_USAGE, "--since %s is later than --until %s", since, until);
}

enum status context_read_expiry(const struct context *context, int64_t *expires_at_r)
{
	const char *typed = context_option(context, OPTION_EXPIRES, NULL);
	int64_t duration = context->list.expires, now = clock_now();
	int err = typed != NULL ? clock_parse_duration(typed, &duration) : ERR_NONE;

	if (err == ERR_NONE && duration > 0) {
		*expires_at_r = duration == CLOCK_NEVER ? CLOCK_NEVER : now + duration;
		return STATUS_DONE;
	}
	/* Dates are no durations; what clock_parse_moment() reads of those is in the past. */
	if (err == ERR_SYNTAX)
		err = clock_parse_moment(typed, now, expires_at_r);
	if (err == ERR_SYNTAX)
		return fail(STATUS_USAGE,
			"--expires: \"%s\" is not a duration or a date (for example 90d, "
			"2027-01-31 "
			"or never)",
			typed);
	if (err == ERR_RANGE)
		return fail(STATUS_USAGE, "--expires: %s%s%s",
			strchr(typed, '-') != NULL ? "there is no date " : "", typed,
			strchr(typed, '-') != NULL ? "" : " is longer than 100 years");
	if (*expires_at_r > now)
		return STATUS_DONE;
	return fail(STATUS_USAGE, "--expires: %s is not in the future", typed);
}

bool context_confirm(const struct context *context, const char *question)
{
	char answer[16];

	if (option_given(&context->options, OPTION_YES) || !isatty(STDIN_FILENO))
		return true;
	fprintf(stderr, "%s [y/N] ", question);
	return fgets(answer, sizeof(answer), stdin) != NULL &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}
