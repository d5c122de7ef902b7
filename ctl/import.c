/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl import: lists the networks of a file. */
#include "store/import.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/text.h"
#include "conf/conf.h"
#include "ctl/context.h"
#include "ctl/formats.h"
#include "ctl/line_reader.h"
#include "ctl/listing_limits.h"
#include "ctl/output.h"
#include "ctl/progress.h"
#include "store/batch.h"
#include "store/db.h"

/* At most this many bad lines are reported one by one; the others are counted. */
#define NAMED_MAX 20

/* Lines between two updates of the progress bar. */
#define LINES_STEP 256

/* A file that is being imported. */
struct import_file {
	const char *name; /* of the file, for messages */
	struct line_reader lines;
	const struct format *format;
	struct format_state state;
	struct listing_limits limits;
	const char *reason; /* where the file has none */
	int64_t expires_at; /* where the file has none */
	struct batch batch;
	struct progress progress;
	int64_t bad;
	bool hopeless; /* the rest of the file cannot be understood */
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

/* Without SA_RESTART, so that a signal also ends a read of standard input. */
static void catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = stop};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
}

static enum status say_stopped(void)
{
	return fail(STATUS_FAILED, "interrupted; nothing was imported");
}

static void name_bad_line(struct import_file *file, const char *fault)
{
	file->bad++;
	if (file->bad > NAMED_MAX)
		return;
	progress_end(&file->progress);
	say_error("%s:%lld: %s", file->name, (long long)file->lines.number, fault);
	progress_begin(&file->progress, file->progress.phase, file->progress.total);
}

static int keep(struct import_file *file, const struct format_entry *entry)
{
	return batch_add(&file->batch, &entry->network,
		*entry->reason != '\0' ? entry->reason : file->reason,
		entry->listed_at != 0 ? entry->listed_at : file->state.now,
		entry->expires_at != 0 ? entry->expires_at : file->expires_at);
}

static int take_line(struct import_file *file)
{
	char fault[LIMITS_TEXT_SIZE];
	struct text text = TEXT_OVER(fault);
	struct format_entry entry = {.listed_at = 0};
	struct line_reader *reader = &file->lines;

	if (reader->has_nul || reader->is_long) {
		name_bad_line(file,
			reader->has_nul
				? "NUL octet; not a text file"
				: "line longer than 4095 bytes; expected one network per line");
		return ERR_NONE;
	}
	/* Some editors begin a file with a byte order mark. */
	char *line = reader->line;
	if (reader->number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	enum format_line found = file->format->parse(&file->state, line, &entry, &text);
	if (found == FORMAT_ENTRY && !limits_allow(&file->limits, &entry.network, fault))
		found = FORMAT_BAD;
	if (found == FORMAT_ENTRY)
		return keep(file, &entry);
	if (found != FORMAT_NOTHING)
		name_bad_line(file, fault);
	file->hopeless = found == FORMAT_FATAL;
	return ERR_NONE;
}

static enum status say_unreadable(const struct import_file *file)
{
	return stopped ? say_stopped() : fail_to_read(file->name, errno);
}

static enum status read_lines(struct import_file *file)
{
	struct line_reader *reader = &file->lines;
	int more;

	progress_begin(&file->progress, "reading", reader->size);
	while (!stopped && !file->hopeless && (more = line_reader_next(reader)) != 0) {
		if (more < 0)
			return say_unreadable(file);
		if (take_line(file) != ERR_NONE)
			return fail(STATUS_FAILED, "%s: %s; nothing was imported", file->name,
				err_text(ERR_MEMORY));
		if (reader->number % LINES_STEP == 0)
			progress_show(&file->progress,
				reader->size > 0 ? reader->octets : reader->number);
	}
	return stopped ? say_stopped() : STATUS_DONE;
}

/* After the whole file was read: whether to import it. */
static enum status check_result(const struct import_file *file, bool skip_bad)
{
	if (file->bad > NAMED_MAX)
		say_error(
			"%s: %lld more bad lines", file->name, (long long)(file->bad - NAMED_MAX));
	if (file->hopeless)
		return STATUS_USAGE;
	if (file->bad > 0 && !skip_bad)
		return fail(STATUS_USAGE,
			"%s: %lld bad %s; nothing was imported (--skip-bad imports the rest)",
			file->name, (long long)file->bad, plural(file->bad, "line", "lines"));
	if (file->batch.count == 0)
		return fail(STATUS_USAGE, "%s: no networks in it", file->name);
	return STATUS_DONE;
}

static enum status read_file(struct import_file *file, const char *path, bool skip_bad)
{
	if (line_reader_open(&file->lines, path, &stopped) != ERR_NONE)
		return say_unreadable(file);
	enum status status = read_lines(file);
	progress_end(&file->progress);
	line_reader_close(&file->lines);
	return status == STATUS_DONE ? check_result(file, skip_bad) : status;
}

static bool show_progress(void *context, size_t done)
{
	progress_show(context, (int64_t)done);
	return !stopped;
}

static void report(const struct context *context, const struct import_file *file,
	const struct import_result *result, int64_t duplicates)
{
	struct json json = {.file = stdout};

	if (context_json(context)) {
		json_open(&json, NULL, '{');
		json_text(&json, "list", context->list.name);
		json_text(&json, "source", file->name);
		json_number(&json, "added", result->added);
		json_number(&json, "kept", result->kept);
		json_number(&json, "ended", result->ended);
		json_number(&json, "duplicates", duplicates);
		json_number(&json, "bad_lines", file->bad);
		json_close(&json, '}');
		json_end_line(&json);
		return;
	}
	say("%s: %lld %s added to %s", file->name, (long long)result->added,
		plural(result->added, "listing", "listings"), context->list.name);
	if (result->kept > 0)
		say("  %lld already listed, not changed", (long long)result->kept);
	if (duplicates > 0)
		say("  %lld duplicates in the file, ignored", (long long)duplicates);
	if (result->ended > 0)
		say("  %lld not in the file, ended", (long long)result->ended);
	if (file->bad > 0)
		say("  %lld bad %s skipped", (long long)file->bad,
			plural(file->bad, "line", "lines"));
}

static enum status write_batch(struct context *context, struct import_file *file)
{
	struct change change = context_change(context, "import", file->name);
	struct change replace = context_change(context, "replace", file->name);
	struct evidence evidence = {
		.at = change.at,
		.who = context->who,
		.kind = "import",
		.source = file->name,
		.octets = file->lines.octets,
	};
	struct import import = {
		.batch = &file->batch,
		.list_id = context->list.id,
		.change = &change,
		.replace = option_given(&context->options, OPTION_REPLACE) ? &replace : NULL,
		.evidence = &evidence,
		.progress = show_progress,
		.context = &file->progress,
	};
	struct import_result result;
	size_t before = file->batch.count;

	SHA256_End(&file->lines.checksum, evidence.sha256);
	batch_sort_by_address(&file->batch);
	batch_drop_duplicates(&file->batch);
	progress_begin(&file->progress, "writing", (int64_t)file->batch.count);
	int err = import_batch(context->ops, &import, &result);
	progress_end(&file->progress);
	if (err == ERR_STOPPED)
		return say_stopped();
	if (err != ERR_NONE) {
		say_error("%s: nothing was imported", file->name);
		return context_failed(context->ops, err);
	}
	report(context, file, &result, (int64_t)(before - file->batch.count));
	return STATUS_DONE;
}

static enum status import_file(struct context *context, struct import_file *file)
{
	const char *path = context->words[0];

	file->name = strcmp(path, "-") == 0 ? "standard input" : path;
	file->state.now = clock_now();
	file->reason = context_option(context, OPTION_REASON, context->list.title);
	limits_begin(&file->limits, &context->list, &context->conf->probe.hosts,
		option_given(&context->options, OPTION_FORCE));
	enum status status =
		read_file(file, path, option_given(&context->options, OPTION_SKIP_BAD));
	limits_end(&file->limits);
	if (status == STATUS_DONE)
		limits_warn(&file->limits);
	if (status == STATUS_DONE)
		status = write_batch(context, file);
	batch_clear(&file->batch);
	return status;
}

static enum status run(struct context *context)
{
	static struct import_file file;
	const char *reason = context_option(context, OPTION_REASON, NULL);

	file.format = formats_find_import(context_option(context, OPTION_FORMAT, "text"));
	if (file.format == NULL)
		return STATUS_USAGE;
	if (reason != NULL && context_check_text(context, OPTION_REASON) != STATUS_DONE)
		return STATUS_USAGE;
	if (context_read_expiry(context, &file.expires_at) != STATUS_DONE)
		return STATUS_USAGE;
	catch_signals();
	return import_file(context, &file);
}

const struct command command_import = {
	.name = "import",
	.summary = "list the networks in a file, all or none",
	.forms = {{"import FILE [--list ops] [--format text|rbldnsd|csv] ...",
		.operand = OPERAND_WORD, .opens = CHANGES_OPS | FINDS_LIST, .run = run}},
	.example = "opsctl import blocklist.txt --list rbl --reason \"on our partner's list\" "
		   "--replace",
	.notes = "FILE may be - for standard input. text: the first field of each line is an "
		 "address or network;\n"
		 "# and ; begin comments. csv: as export writes it. If a line is bad, it is "
		 "reported and nothing\n"
		 "is imported. Networks that are already listed are not changed.",
	.options = {{OPTION_LIST, "NAME", "the list (default ops)"},
		{OPTION_FORMAT, "FORMAT", "text (default), rbldnsd or csv"},
		{OPTION_REASON, "TEXT",
			"the reason, if the file has none (default: the list's title)"},
		{OPTION_EXPIRES, "TIME", "90d, never, or a date, if the file has none"},
		{OPTION_REPLACE, NULL, "end listings that are not in the file"},
		{OPTION_SKIP_BAD, NULL, "skip bad lines and import the rest"},
		{OPTION_FORCE, NULL, "also import reserved, own and too wide networks"}},
};
