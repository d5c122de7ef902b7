/* SPDX-License-Identifier: BSD-2-Clause */
/* opsctl list: shows, changes and adds lists. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/number.h"
#include "base/text.h"
#include "ctl/context.h"
#include "ctl/output.h"
#include "ctl/table.h"
#include "store/db.h"
#include "store/lists.h"

/* Sets a value; false if it is not valid. */
typedef bool set_value(struct list *list, const char *value);

static bool set_title(struct list *list, const char *value)
{
	return reason_fault(value) == NULL && text_copy(list->title, sizeof(list->title), value);
}

static bool set_action(struct list *list, const char *value)
{
	return list_action_parse(value, &list->action);
}

static bool set_removal(struct list *list, const char *value)
{
	return list_removal_parse(value, &list->removal);
}

static bool set_expires(struct list *list, const char *value)
{
	return clock_parse_duration(value, &list->expires) == ERR_NONE && list->expires > 0;
}

static bool set_dns_code(struct list *list, const char *value)
{
	static const char prefix[] = "127.0.0.";
	int64_t code;

	if (strncmp(value, prefix, strlen(prefix)) == 0)
		value += strlen(prefix);
	if (!number_parse(value, 2, 255, &code))
		return false;
	list->dns_code = (int)code;
	return true;
}

/* A prefix length, with or without its slash. */
static bool read_prefix(const char *string, int64_t most, unsigned *prefix_r)
{
	int64_t prefix;

	if (!number_parse(string + (*string == '/'), 0, most, &prefix))
		return false;
	*prefix_r = (unsigned)prefix;
	return true;
}

/* "/16" is for IPv4, "/16,/32" for both. */
static bool set_max_network(struct list *list, const char *value)
{
	char copy[16];

	if (!text_copy(copy, sizeof(copy), value))
		return false;
	char *comma = strchr(copy, ',');
	if (comma != NULL)
		*comma++ = '\0';
	return read_prefix(copy, 32, &list->max_ipv4) &&
	       (comma == NULL || read_prefix(comma, 128, &list->max_ipv6));
}

static const struct {
	const char *key;
	set_value *set;
	const char *rule; /* what a value must be; NULL: a valid reason */
} keys[] = {
	{"title", set_title, NULL},
	{"action", set_action, "must be refuse, defer, tag or log"},
	{"removal", set_removal, "must be retest, review or expire"},
	{"expires", set_expires,
		"must be a duration of at most 100y (for example 90d or 12h), or never"},
	{"dns_code", set_dns_code, "must be 127.0.0.2 to 127.0.0.255"},
	{"max_network", set_max_network, "must be like /16 (IPv4) or /16,/32 (IPv4, IPv6)"},
};

#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static enum status set_pair(struct list *list, const char *pair)
{
	const char *equals = strchr(pair, '=');
	size_t length = equals != NULL ? (size_t)(equals - pair) : 0;

	for (size_t i = 0; equals != NULL && i < KEY_COUNT; i++) {
		if (strlen(keys[i].key) != length || strncmp(keys[i].key, pair, length) != 0)
			continue;
		if (keys[i].set(list, equals + 1))
			return STATUS_DONE;
		return fail(STATUS_USAGE, "%s: %s %s", pair, keys[i].key,
			keys[i].rule != NULL ? keys[i].rule : reason_fault(equals + 1));
	}
	return fail(STATUS_USAGE,
		"%s: expected KEY=VALUE; keys are title, action, removal, expires, dns_code, "
		"max_network",
		pair);
}

/* The defaults of a new list: no mail is lost by it. */
static struct list new_list(const char *name)
{
	struct list list = {
		.action = LIST_LOG,
		.removal = REMOVAL_REVIEW,
		.expires = CLOCK_NEVER,
		.dns_code = 2,
		.max_ipv4 = 16,
		.max_ipv6 = 32,
	};

	text_copy(list.name, sizeof(list.name), name);
	text_copy(list.title, sizeof(list.title), name);
	return list;
}

static bool name_usable(const char *name)
{
	if (!list_name_valid(name)) {
		say_error("\"%s\": a list name must be 1 to 16 characters of a-z, 0-9 and -", name);
		return false;
	}
	if (strcmp(name, "add") == 0 || strcmp(name, "set") == 0) {
		say_error("\"%s\" is reserved for \"opsctl list %s\"; choose another name", name,
			name);
		return false;
	}
	return true;
}

/* A list with its settings as text. */
struct list_row {
	struct list list;
	char expires[CLOCK_TEXT_SIZE], dns_code[16], max_ipv4[8], max_ipv6[8];
	int64_t listings;
};

static const char *action_of(const void *row)
{
	return list_action_name(((const struct list_row *)row)->list.action);
}

static const char *removal_of(const void *row)
{
	return list_removal_name(((const struct list_row *)row)->list.removal);
}

static enum colour colour_of(const void *row)
{
	static const enum colour colours[] = {
		[LIST_LOG] = COLOUR_DIM,
		[LIST_TAG] = COLOUR_GREEN,
		[LIST_DEFER] = COLOUR_YELLOW,
		[LIST_REFUSE] = COLOUR_RED,
	};

	return colours[((const struct list_row *)row)->list.action];
}

static const struct column columns[] = {
	{"list", "LIST", COLUMN_CHARS, AT(struct list_row, list.name)},
	{"action", "ACTION", COLUMN_CALL, CALL(action_of), .colour = colour_of},
	{"removal", "REMOVAL", COLUMN_CALL, CALL(removal_of)},
	{"expires", "EXPIRES", COLUMN_CHARS, AT(struct list_row, expires)},
	{"dns_code", "DNS CODE", COLUMN_CHARS, AT(struct list_row, dns_code)},
	{"max_ipv4", "WIDEST", COLUMN_CHARS, AT(struct list_row, max_ipv4)},
	{"max_ipv6", "IPV6", COLUMN_CHARS, AT(struct list_row, max_ipv6)},
	{"listings", "LISTINGS", COLUMN_NUMBER, AT(struct list_row, listings)},
	{"title", "TITLE", COLUMN_CHARS, AT(struct list_row, list.title)},
};

static void add_row(struct table *table, const struct list *list, int64_t listings)
{
	struct list_row row = {.list = *list, .listings = listings};

	clock_format_duration(list->expires, row.expires);
	snprintf(row.dns_code, sizeof(row.dns_code), "127.0.0.%d", list->dns_code & 0xff);
	snprintf(row.max_ipv4, sizeof(row.max_ipv4), "/%u", list->max_ipv4 & 0xff);
	snprintf(row.max_ipv6, sizeof(row.max_ipv6), "/%u", list->max_ipv6 & 0xff);
	table_add(table, &row);
}

/* One list, or all for NULL. */
static enum status show(struct context *context, const char *name)
{
	int64_t counts[LISTS_MAX];
	int err = lists_count_listings(context->ops, &context->lists, clock_now(), counts);

	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	if (name != NULL && context_find_list(context, name) != STATUS_DONE)
		return STATUS_USAGE;
	struct table *table = table_new(COLUMNS(columns), context_json(context));
	for (size_t i = 0; i < context->lists.count; i++) {
		if (name == NULL || context->lists.lists[i].id == context->list.id)
			add_row(table, &context->lists.lists[i], counts[i]);
	}
	table_end(&table, NULL);
	return STATUS_DONE;
}

static enum status show_lists(struct context *context)
{
	return show(context, context->word_count > 0 ? context->words[0] : NULL);
}

static void warn_of_width(const struct list *list)
{
	if (list->max_ipv4 == 0)
		say_error(
			"warning: list %s now allows a listing of every IPv4 address", list->name);
	if (list->max_ipv6 == 0)
		say_error(
			"warning: list %s now allows a listing of every IPv6 address", list->name);
}

/* Reports a list that was changed: in words, or as `list NAME` shows it now. */
static enum status say_changed(struct context *context, const char *state, const char *settings)
{
	if (!context_json(context)) {
		say("list %s is %s:%s", context->words[0], state, settings);
		return STATUS_DONE;
	}
	int err = lists_read(context->ops, &context->lists);
	return err == ERR_NONE ? show(context, context->words[0])
			       : context_failed(context->ops, err);
}

/* Takes the settings that were typed; all_r has them as they are for the history. */
static enum status set_pairs(const struct context *context, struct list *list, struct text *all_r)
{
	for (size_t i = 1; i < context->word_count; i++) {
		if (set_pair(list, context->words[i]) != STATUS_DONE)
			return STATUS_USAGE;
		text_add_format(all_r, " %s", context->words[i]);
	}
	warn_of_width(list);
	return STATUS_DONE;
}

static enum status set_list(struct context *context)
{
	char why[1024];
	struct text text = TEXT_OVER(why);
	struct change change = context_change(context, "list set", why);
	size_t name_length = strlen(context->words[0]);

	if (context->word_count < 2)
		return fail(
			STATUS_USAGE, "missing argument; usage: opsctl %s", context->form->usage);
	text_add(&text, context->words[0]);
	if (context_find_list(context, context->words[0]) != STATUS_DONE ||
		set_pairs(context, &context->list, &text) != STATUS_DONE)
		return STATUS_USAGE;
	int err = lists_set(context->ops, &context->list, &change);
	return err == ERR_NONE ? say_changed(context, "set", why + name_length)
			       : context_failed(context->ops, err);
}

static enum status add_list(struct context *context)
{
	char why[1024], settings[64];
	struct text text = TEXT_OVER(why);
	struct change change = context_change(context, "list add", why);
	const char *name = context->words[0];
	struct list list = new_list(name);

	text_add(&text, name);
	if (!name_usable(name) || set_pairs(context, &list, &text) != STATUS_DONE)
		return STATUS_USAGE;
	int err = lists_add(context->ops, &list, &change);
	if (err == ERR_EXISTS)
		return fail(STATUS_NO,
			"list %s already exists; \"opsctl list set %s KEY=VALUE\" changes it", name,
			name);
	if (err == ERR_RANGE)
		return fail(STATUS_NO, "cannot add a list: there are already %d, the maximum",
			LISTS_MAX);
	if (err != ERR_NONE)
		return context_failed(context->ops, err);
	snprintf(settings, sizeof(settings), " action=%s removal=%s", list_action_name(list.action),
		list_removal_name(list.removal));
	return say_changed(context, "added", settings);
}

const struct command command_list = {
	.name = "list",
	.summary = "show, change or add lists",
	.forms = {{"list [NAME]", .operand = OPERAND_WORD, .optional = true, .opens = READS_OPS,
			  .run = show_lists},
		{"list set NAME KEY=VALUE...", "set", OPERAND_WORD, .more = KEY_COUNT,
			.opens = CHANGES_OPS, .run = set_list},
		{"list add NAME [KEY=VALUE...]", "add", OPERAND_WORD, .more = KEY_COUNT,
			.opens = CHANGES_OPS, .run = add_list}},
	.example = "opsctl list set dul action=tag expires=180d",
	.notes = "Keys:\n"
		 "  title=TEXT         a description of the list\n"
		 "  action=ACTION      refuse, defer, tag or log (default for a new list: log)\n"
		 "  removal=WAY        retest, review or expire (default for a new list: review)\n"
		 "  expires=DURATION   how long a listing lasts (for example 90d), or never\n"
		 "  dns_code=ADDRESS   127.0.0.2 to 127.0.0.255, for export --format zone and "
		 "rbldnsd\n"
		 "  max_network=WIDTH  the widest network: /16 for IPv4, /16,/32 for both",
};
