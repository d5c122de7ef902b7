/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads opsmilter.conf: libConfuse parses it, the table of options says what each value must be. */
#include "conf/conf.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/number.h"
#include "base/text.h"
#include "conf/options.h"
#include "conf/source.h"
#include "conf/syntax.h"
#include "core/reply.h"

#define SECTIONS_MAX 5

/*
 * One reading of a file. libConfuse's callbacks have no argument of ours, so they find it by
 * `reading`, which is thread-local.
 */
struct conf_reading {
	const char *path;
	struct text *message_r;
	bool failed;
	int end_line;           /* of SOURCE_END, behind the file's last line */
	int lines[OPTIONS_MAX]; /* where an option was last set; 0: nowhere */
};

static _Thread_local struct conf_reading *reading;

/* libConfuse's own errors: syntax, unknown options, wrong types. The first one counts. */
static void take_error(cfg_t *cfg, const char *format, va_list arguments)
{
	char text[256];
	bool at_end = cfg->line >= reading->end_line;

	if (reading->failed)
		return;
	reading->failed = true;
	vsnprintf(text, sizeof(text), format, arguments);
	text_add_format(reading->message_r, "%s:%d: ", reading->path,
		at_end ? reading->end_line - 1 : cfg->line);
	syntax_explain(strcmp(cfg->name, "root") == 0 ? NULL : cfg->name, text, at_end,
		reading->message_r);
}

/* libConfuse calls this when it has read an option: the only time at which the line is known. It
 * reads the defaults of lists like that too, before there is a reading. */
static int note_line(cfg_t *cfg, cfg_opt_t *opt)
{
	for (size_t i = 0; reading != NULL && options[i].name != NULL; i++) {
		const char *section = options[i].section == NULL ? "root" : options[i].section;
		if (strcmp(section, cfg->name) == 0 && strcmp(options[i].name, opt->name) == 0)
			reading->lines[i] = cfg->line;
	}
	return 0;
}

static bool is_list(const struct option *option)
{
	return option->type == OPTION_STRINGS || option->type == OPTION_NETWORKS;
}

/* libConfuse's own description of an option: each value is a string to it. */
static cfg_opt_t describe(const struct option *option)
{
	cfg_opt_t one = CFG_STR(option->name, option->default_value, CFGF_NONE);
	cfg_opt_t list = CFG_STR_LIST(option->name, (char *)option->default_value, CFGF_NONE);
	cfg_opt_t described = is_list(option) ? list : one;

	described.validcb = note_line;
	return described;
}

/* Describes the options outside all sections and the sections, whose options are together. */
static void describe_all(cfg_opt_t *top_r, cfg_opt_t sections_r[SECTIONS_MAX][OPTIONS_MAX])
{
	size_t top_count = 0, section_count = 0, count = 0;
	const char *section = NULL;

	for (const struct option *option = options; option->name != NULL; option++) {
		if (option->section == NULL) {
			top_r[top_count++] = describe(option);
			continue;
		}
		if (section == NULL || strcmp(section, option->section) != 0) {
			section = option->section;
			count = 0;
			top_r[top_count++] =
				(cfg_opt_t)CFG_SEC(section, sections_r[section_count++], CFGF_NONE);
		}
		sections_r[section_count - 1][count++] = describe(option);
		sections_r[section_count - 1][count] = (cfg_opt_t)CFG_END();
	}
	top_r[top_count++] = (cfg_opt_t)CFG_BOOL(SOURCE_END, cfg_false, CFGF_NONE);
	top_r[top_count] = (cfg_opt_t)CFG_END();
}

static int fail_with_value(struct text *why_r, const char *value, const char *what)
{
	text_add(why_r, "\"");
	text_add_printable(why_r, value);
	text_add_format(why_r, "\" %s", what);
	return ERR_SYNTAX;
}

static int take_string(
	const struct option *option, const char *value, char **string_r, struct text *why_r)
{
	int err = option->check == NULL ? ERR_NONE : option->check(value, why_r);

	if (err != ERR_NONE)
		return err;
	*string_r = strdup(value);
	return *string_r == NULL ? ERR_MEMORY : ERR_NONE;
}

static int take_number(
	const struct option *option, const char *value, long *number_r, struct text *why_r)
{
	int64_t number;

	if (number_parse(value, option->min, option->max, &number)) {
		*number_r = (long)number;
		return ERR_NONE;
	}
	(void)fail_with_value(why_r, value, "is not a whole number");
	text_add_format(why_r, " from %ld to %ld", option->min, option->max);
	return ERR_RANGE;
}

static int take_bool(const char *value, bool *bool_r, struct text *why_r)
{
	int parsed = cfg_parse_boolean(value); /* also yes, no, on and off */

	*bool_r = parsed == 1;
	return parsed >= 0 ? ERR_NONE : fail_with_value(why_r, value, "must be true or false");
}

static int take_mode(const char *value, long *mode_r, struct text *why_r)
{
	char *end;

	*mode_r = strtol(value, &end, 8);
	if (value[0] >= '0' && value[0] <= '7' && *end == '\0' && *mode_r <= 0777)
		return ERR_NONE;
	return fail_with_value(why_r, value, "is not a file mode in octal (for example 0660)");
}

static int take_choice(
	const struct option *option, const char *value, unsigned *choice_r, struct text *why_r)
{
	for (unsigned i = (unsigned)option->min; option->choices[i] != NULL; i++) {
		if (strcmp(option->choices[i], value) == 0) {
			*choice_r = i;
			return ERR_NONE;
		}
	}
	(void)fail_with_value(why_r, value, "must be one of");
	for (long i = option->min; option->choices[i] != NULL; i++)
		text_add_format(
			why_r, "%s \"%s\"", i == option->min ? "" : ",", option->choices[i]);
	return ERR_SYNTAX;
}

static int take_network(const char *value, struct network *network_r, struct text *why_r)
{
	char text[NETWORK_TEXT_SIZE];
	int err = network_parse(value, network_r);

	if (err == ERR_HOST_BITS) {
		network_format(network_r, text);
		(void)fail_with_value(why_r, value, "has bits set beyond its prefix length; ");
		text_add_format(why_r, "the network is %s", text);
	} else if (err != ERR_NONE) {
		(void)fail_with_value(why_r, value,
			"is not an IP address or a network (for example 192.0.2.0/24 or "
			"2001:db8::/32)");
	}
	return err;
}

/* A list's values, in an array with one more element than there are values, all zero. */
static int take_list(const struct option *option, cfg_opt_t *opt, void **list_r, size_t *count_r,
	struct text *why_r)
{
	bool networks = option->type == OPTION_NETWORKS;
	unsigned count = cfg_opt_size(opt);
	void *list = calloc(count + 1, networks ? sizeof(struct network) : sizeof(char *));
	int err = list == NULL ? ERR_MEMORY : ERR_NONE;

	*list_r = list;
	*count_r = count;
	for (unsigned i = 0; i < count && err == ERR_NONE; i++) {
		const char *value = cfg_opt_getnstr(opt, i);
		err = networks ? take_network(value, (struct network *)list + i, why_r)
			       : take_string(option, value, (char **)list + i, why_r);
	}
	return err;
}

/* Checks an option's value and copies it to its field. */
static int take_option(
	struct conf *conf, const struct option *option, cfg_opt_t *opt, struct text *why_r)
{
	void *field = (char *)conf + option->offset;
	size_t *count = (size_t *)((char *)conf + option->count_offset);
	const char *value = is_list(option) ? NULL : cfg_opt_getnstr(opt, 0);

	switch (option->type) {
	case OPTION_STRING:
		return take_string(option, value, field, why_r);
	case OPTION_NUMBER:
		return take_number(option, value, field, why_r);
	case OPTION_MODE:
		return take_mode(value, field, why_r);
	case OPTION_BOOL:
		return take_bool(value, field, why_r);
	case OPTION_CHOICE:
		return take_choice(option, value, field, why_r);
	default:
		return take_list(option, opt, field, count, why_r);
	}
}

/* The rules about more than one option; the name of the option that breaks one. */
static const char *check_together(const struct conf *conf, int *err_r, struct text *why_r)
{
	const struct policy *policy = &conf->milter.policy;

	*err_r = ERR_SYNTAX;
	if (strcmp(conf->database, conf->hit_log) == 0) {
		text_add(why_r, "is the file of database; choose another file");
		return "hit_log";
	}
	if (strcmp(conf->inbox, conf->database) == 0 || strcmp(conf->inbox, conf->hit_log) == 0) {
		text_add(why_r, "is the file of database or hit_log; choose another file");
		return "inbox";
	}
	if (conf->probe.target_count == 0) {
		text_add(why_r, "empty; expected at least one ADDRESS:PORT at which the prober's "
				"listener can be reached (for example 192.0.2.25:25)");
		return "target";
	}
	if (policy->exempt_recipient_count > 0 && policy->reject_at != STAGE_RCPT) {
		text_add(why_r, "needs reject_at = \"rcpt\", because recipients are not known "
				"before; or set exempt_recipients = {}");
		return "exempt_recipients";
	}
	if (policy->exempt_authenticated && policy->reject_at == STAGE_HELO) {
		text_add(why_r, "needs reject_at = \"mail\" or \"rcpt\", because clients "
				"authenticate after HELO; or set exempt_authenticated = false");
		return "exempt_authenticated";
	}
	*err_r = reply_check_template(conf->milter.reply, conf->site_url, why_r);
	return "reply";
}

/* "FILE:LINE: milter.reply: REASON"; no line if the option is not in the file. */
static void report(const struct option *option, const char *why)
{
	int line = reading->lines[option - options];

	text_add(reading->message_r, reading->path);
	if (line > 0)
		text_add_format(reading->message_r, ":%d", line);
	text_add(reading->message_r, ": ");
	option_add_name(option, reading->message_r);
	text_add_format(reading->message_r, ": %s", why);
}

/* The inbox is beside the database, if nothing else is said. */
static int place_inbox(struct conf *conf)
{
	const char *end = strrchr(conf->database, '/');
	size_t size = (size_t)(end - conf->database) + sizeof("/inbox.db");

	if (conf->inbox[0] != '\0')
		return ERR_NONE;
	free(conf->inbox);
	conf->inbox = malloc(size);
	if (conf->inbox == NULL)
		return ERR_MEMORY;
	snprintf(conf->inbox, size, "%.*s/inbox.db", (int)(end - conf->database), conf->database);
	return ERR_NONE;
}

/* The targets' addresses are this machine's own, whatever its interfaces have. */
static int collect_hosts(struct conf_probe *probe)
{
	size_t count = probe->target_count + probe->watch_target_count;
	struct addr *targets = calloc(count + 1, sizeof(*targets));
	uint16_t port;

	if (targets == NULL)
		return ERR_MEMORY;
	for (size_t i = 0; i < count; i++)
		(void)!addr_parse_endpoint(i < probe->target_count
						   ? probe->target[i]
						   : probe->watch_target[i - probe->target_count],
			&targets[i], &port);
	probe->hosts = (struct reserved_rules){
		.allowed = probe->allow_private,
		.allowed_count = probe->allow_private_count,
		.targets = targets,
		.target_count = count,
	};
	return ERR_NONE;
}

static int build_conf(cfg_t *cfg, struct conf *conf)
{
	char buffer[512];
	struct text why = TEXT_OVER(buffer);
	const struct option *option = options;
	int err = ERR_NONE;

	for (; option->name != NULL; option++) {
		cfg_t *section = option->section == NULL ? cfg : cfg_getsec(cfg, option->section);
		err = take_option(conf, option, cfg_getopt(section, option->name), &why);
		if (err != ERR_NONE)
			goto fail;
	}
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): the loop has set every string */
	size_t length = strlen(conf->site_url);
	while (length > 0 && conf->site_url[length - 1] == '/')
		conf->site_url[--length] = '\0';
	err = place_inbox(conf);
	if (err == ERR_NONE)
		err = collect_hosts(&conf->probe);
	if (err != ERR_NONE) {
		text_add_format(reading->message_r, "%s: %s", reading->path, err_text(err));
		return err;
	}
	const char *name = check_together(conf, &err, &why);
	if (err == ERR_NONE)
		return ERR_NONE;
	for (option = options; strcmp(option->name, name) != 0;)
		option++;
fail:
	report(option, buffer[0] == '\0' ? err_text(err) : buffer);
	return err;
}

static int parse_file(cfg_t *cfg, const char *path, struct text *message_r)
{
	char *source;
	int err = source_read(path, &source, message_r);

	if (err != ERR_NONE)
		return err;
	for (const char *c = source; *c != '\0'; c++)
		reading->end_line += *c == '\n';
	int parsed = cfg_parse_buf(cfg, source);
	free(source);
	if (reading->failed)
		return ERR_SYNTAX;
	if (parsed == CFG_SUCCESS && cfg_getbool(cfg, SOURCE_END))
		return ERR_NONE;
	text_add_format(
		message_r, "%s: the file ends inside a string or a comment; close it", path);
	return ERR_SYNTAX;
}

int conf_read(const char *path, struct conf **conf_r, struct text *message_r)
{
	struct conf_reading this_reading = {.path = path, .message_r = message_r};
	cfg_opt_t sections[SECTIONS_MAX][OPTIONS_MAX], top[OPTIONS_MAX + SECTIONS_MAX];
	struct conf *conf = calloc(1, sizeof(*conf));

	*conf_r = NULL;
	describe_all(top, sections);
	cfg_t *cfg = conf == NULL ? NULL : cfg_init(top, CFGF_NONE);
	if (cfg == NULL) {
		text_add_format(message_r, "%s: %s", path, err_text(ERR_MEMORY));
		free(conf);
		return ERR_MEMORY;
	}
	reading = &this_reading;
	cfg_set_error_function(cfg, take_error);
	int err = parse_file(cfg, path, message_r);
	if (err == ERR_NONE)
		err = build_conf(cfg, conf);
	if (err == ERR_NONE)
		*conf_r = conf;
	else
		conf_free(&conf);
	cfg_free(cfg);
	reading = NULL;
	return err;
}

static void free_strings(char **strings)
{
	for (char **string = strings; string != NULL && *string != NULL; string++)
		free(*string);
	free(strings);
}

void conf_free(struct conf **conf)
{
	if (*conf == NULL)
		return;
	for (const struct option *option = options; option->name != NULL; option++) {
		void *field = (char *)*conf + option->offset;
		if (option->type == OPTION_STRING || option->type == OPTION_NETWORKS)
			free(*(void **)field);
		else if (option->type == OPTION_STRINGS)
			free_strings(*(char ***)field);
	}
	free((void *)(*conf)->probe.hosts.targets);
	free(*conf);
	*conf = NULL;
}
