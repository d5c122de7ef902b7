/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf.h"

#include <confuse.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "conf/options.h"
#include "conf/source.h"
#include "core/reply.h"

#define SECTIONS_MAX 4

/*
 * One reading of a file. libConfuse's callbacks take no argument of ours, so they find it by
 * `reading`, which each thread has for itself.
 */
struct conf_reading {
	const char *path;
	struct text *message_r;
	bool failed;
	int lines[OPTIONS_MAX]; /* where an option was last set; 0: nowhere */
};

static _Thread_local struct conf_reading *reading;

/* libConfuse says what is wrong, but not what would be right. */
static const char *what_is_wanted(const char *complaint)
{
	if (strstr(complaint, SOURCE_END) != NULL)
		return "; the section before it is not closed, a } is missing";
	if (strstr(complaint, "boolean") != NULL)
		return "; true or false is wanted";
	if (strstr(complaint, "integer") != NULL)
		return "; a whole number is wanted";
	return "; opsmilter.conf(5) tells what may stand here";
}

/* libConfuse's own complaints: a syntax error, an unknown option, a wrong type. The first one
 * counts. */
static void take_error(cfg_t *cfg, const char *format, va_list arguments)
{
	char text[256];

	if (reading->failed)
		return;
	reading->failed = true;
	vsnprintf(text, sizeof(text), format, arguments);
	text_add_format(reading->message_r, "%s:%d: ", reading->path, cfg->line);
	text_add_printable(reading->message_r, text);
	text_add(reading->message_r, what_is_wanted(text));
}

static size_t option_index(const cfg_t *cfg, const cfg_opt_t *opt)
{
	size_t index = 0;

	for (; options[index].name != NULL; index++) {
		const char *section = options[index].section;
		bool here = section == NULL ? strcmp(cfg->name, "root") == 0
					    : strcmp(cfg->name, section) == 0;
		if (here && strcmp(options[index].name, opt->name) == 0)
			break;
	}
	return index;
}

static int check_number(const struct option *option, cfg_opt_t *opt, struct text *why_r)
{
	long value = cfg_opt_getnint(opt, 0);

	if (value >= option->min && value <= option->max)
		return ERR_NONE;
	text_add_format(why_r, "%ld is out of range; %ld to %ld is wanted", value, option->min,
		option->max);
	return ERR_RANGE;
}

static int parse_choice(
	const struct option *option, const char *value, unsigned *choice_r, struct text *why_r)
{
	for (unsigned i = (unsigned)option->min; option->choices[i] != NULL; i++) {
		if (strcmp(option->choices[i], value) == 0) {
			*choice_r = i;
			return ERR_NONE;
		}
	}
	text_add(why_r, "\"");
	text_add_printable(why_r, value);
	text_add(why_r, "\" is not among");
	for (long i = option->min; option->choices[i] != NULL; i++)
		text_add_format(
			why_r, "%s \"%s\"", i == option->min ? "" : ",", option->choices[i]);
	return ERR_SYNTAX;
}

static int parse_mode(const char *value, long *mode_r, struct text *why_r)
{
	char *end;

	*mode_r = strtol(value, &end, 8);
	if (value[0] >= '0' && value[0] <= '7' && *end == '\0' && *mode_r <= 0777)
		return ERR_NONE;
	text_add(why_r, "a file mode in octal is wanted, such as 0660");
	return ERR_SYNTAX;
}

static int parse_network(const char *value, struct network *network_r, struct text *why_r)
{
	char right[NETWORK_TEXT_SIZE];
	int err = network_parse(value, network_r);

	if (err == ERR_NONE)
		return ERR_NONE;
	text_add(why_r, "\"");
	text_add_printable(why_r, value);
	if (err == ERR_HOST_BITS) {
		network_format(network_r, right);
		text_add_format(
			why_r, "\" has bits set beyond its prefix; the network is %s", right);
	} else {
		text_add(why_r, "\" is neither an address nor a network such as 192.0.2.0/24 or "
				"2001:db8::/32");
	}
	return err;
}

/* The rule of one value; of a list, each value is asked about. */
static int check_value(const struct option *option, const char *value, struct text *why_r)
{
	struct network network;
	unsigned choice;
	long mode;

	switch (option->type) {
	case OPTION_CHOICE:
		return parse_choice(option, value, &choice, why_r);
	case OPTION_MODE:
		return parse_mode(value, &mode, why_r);
	case OPTION_NETWORKS:
		return parse_network(value, &network, why_r);
	default:
		return option->check == NULL ? ERR_NONE : option->check(value, why_r);
	}
}

static int check_values(const struct option *option, cfg_opt_t *opt, struct text *why_r)
{
	int err = ERR_NONE;

	if (option->type == OPTION_BOOL)
		return ERR_NONE;
	if (option->type == OPTION_NUMBER)
		return check_number(option, opt, why_r);
	for (unsigned i = 0; i < cfg_opt_size(opt) && err == ERR_NONE; i++)
		err = check_value(option, cfg_opt_getnstr(opt, i), why_r);
	return err;
}

/* libConfuse calls this as soon as it has read an option, so file and line are at hand. */
static int take_option(cfg_t *cfg, cfg_opt_t *opt)
{
	size_t index = option_index(cfg, opt);
	char buffer[512];
	struct text why = TEXT_OVER(buffer);

	if (options[index].name == NULL)
		return 0;
	reading->lines[index] = cfg->line;
	if (check_values(&options[index], opt, &why) == ERR_NONE)
		return 0;
	if (!reading->failed) {
		text_add_format(reading->message_r, "%s:%d: ", reading->path, cfg->line);
		option_add_name(&options[index], reading->message_r);
		text_add_format(reading->message_r, ": %s", buffer);
	}
	reading->failed = true;
	return -1;
}

/* libConfuse's own description of an option. Its macros want one initializer a type. */
static cfg_opt_t describe(const struct option *option)
{
	switch (option->type) {
	case OPTION_NUMBER:
		return (cfg_opt_t)CFG_INT(option->name, atol(option->default_value), CFGF_NONE);
	case OPTION_BOOL:
		return (cfg_opt_t)CFG_BOOL(
			option->name, strcmp(option->default_value, "true") == 0, CFGF_NONE);
	case OPTION_STRINGS:
	case OPTION_NETWORKS:
		return (cfg_opt_t)CFG_STR_LIST(
			option->name, (char *)option->default_value, CFGF_NONE);
	default:
		return (cfg_opt_t)CFG_STR(option->name, option->default_value, CFGF_NONE);
	}
}

static bool same_section(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Fills descriptions_r with the options of a section, and the sections inside the top one. */
static void describe_section(const char *section, cfg_opt_t *descriptions_r,
	cfg_opt_t sections[SECTIONS_MAX][OPTIONS_MAX])
{
	size_t count = 0, section_count = 0;

	for (const struct option *option = options; option->name != NULL; option++) {
		bool starts_section =
			option > options && !same_section(option->section, option[-1].section);
		if (section == NULL && starts_section) {
			cfg_opt_t *inner = sections[section_count++];
			describe_section(option->section, inner, NULL);
			descriptions_r[count++] =
				(cfg_opt_t)CFG_SEC(option->section, inner, CFGF_NONE);
		}
		if (same_section(option->section, section))
			descriptions_r[count++] = describe(option);
	}
	if (section == NULL)
		descriptions_r[count++] = (cfg_opt_t)CFG_BOOL(SOURCE_END, cfg_false, CFGF_NONE);
	descriptions_r[count] = (cfg_opt_t)CFG_END();
}

static cfg_opt_t *find_option(cfg_t *cfg, const struct option *option)
{
	cfg_t *section = option->section == NULL ? cfg : cfg_getsec(cfg, option->section);

	return cfg_getopt(section, option->name);
}

static int copy_strings(cfg_opt_t *opt, char ***strings_r, size_t *count_r)
{
	unsigned count = cfg_opt_size(opt);
	char **strings = calloc(count + 1, sizeof(*strings));

	*strings_r = strings;
	if (strings == NULL)
		return ERR_MEMORY;
	for (*count_r = 0; *count_r < count; (*count_r)++) {
		strings[*count_r] = strdup(cfg_opt_getnstr(opt, (unsigned)*count_r));
		if (strings[*count_r] == NULL)
			return ERR_MEMORY;
	}
	return ERR_NONE;
}

static int copy_networks(
	cfg_opt_t *opt, struct network **networks_r, size_t *count_r, struct text *why_r)
{
	unsigned count = cfg_opt_size(opt);
	int err = ERR_NONE;

	*networks_r = calloc(count + 1, sizeof(**networks_r));
	if (*networks_r == NULL)
		return ERR_MEMORY;
	for (*count_r = 0; *count_r < count && err == ERR_NONE; (*count_r)++)
		err = parse_network(
			cfg_opt_getnstr(opt, (unsigned)*count_r), &(*networks_r)[*count_r], why_r);
	return err;
}

/* Copies one option's value, checked already, to its field. */
static int copy_option(
	struct conf *conf, const struct option *option, cfg_opt_t *opt, struct text *why_r)
{
	void *field = (char *)conf + option->offset;
	size_t *count = (size_t *)((char *)conf + option->count_offset);

	switch (option->type) {
	case OPTION_STRING:
		*(char **)field = strdup(cfg_opt_getnstr(opt, 0));
		return *(char **)field == NULL ? ERR_MEMORY : ERR_NONE;
	case OPTION_NUMBER:
		*(long *)field = cfg_opt_getnint(opt, 0);
		return ERR_NONE;
	case OPTION_MODE:
		return parse_mode(cfg_opt_getnstr(opt, 0), field, why_r);
	case OPTION_BOOL:
		*(bool *)field = cfg_opt_getnbool(opt, 0);
		return ERR_NONE;
	case OPTION_CHOICE:
		return parse_choice(option, cfg_opt_getnstr(opt, 0), field, why_r);
	case OPTION_STRINGS:
		return copy_strings(opt, field, count);
	case OPTION_NETWORKS:
		return copy_networks(opt, field, count, why_r);
	}
	return ERR_SYNTAX;
}

/* The rules that take more than one option to judge. */
static const char *check_together(const struct conf *conf, int *err_r, struct text *why_r)
{
	const struct policy *policy = &conf->milter.policy;

	*err_r = ERR_SYNTAX;
	if (conf->site_url[0] == '\0') {
		text_add(why_r, "must be set, as a refused sender gets it as a link; such as"
				" site_url = \"https://ops.example.org\"");
		return "site_url";
	}
	if (policy->exempt_recipient_count > 0 && policy->reject_at != STAGE_RCPT) {
		text_add(why_r, "needs reject_at = \"rcpt\", as recipients are not known before;"
				" or set exempt_recipients = {}");
		return "exempt_recipients";
	}
	if (policy->exempt_authenticated && policy->reject_at == STAGE_HELO) {
		text_add(why_r, "needs reject_at = \"mail\" or \"rcpt\", as a client authenticates "
				"after HELO;"
				" or set exempt_authenticated = false");
		return "exempt_authenticated";
	}
	*err_r = reply_check_template(conf->milter.reply, conf->site_url, why_r);
	return "reply";
}

static int check_conf(const char *path, const struct conf *conf, struct text *message_r)
{
	char buffer[512];
	struct text why = TEXT_OVER(buffer);
	size_t index = 0;
	int err;
	const char *name = check_together(conf, &err, &why);

	if (err == ERR_NONE)
		return ERR_NONE;
	while (strcmp(options[index].name, name) != 0)
		index++;
	text_add(message_r, path);
	if (reading->lines[index] > 0)
		text_add_format(message_r, ":%d", reading->lines[index]);
	text_add(message_r, ": ");
	option_add_name(&options[index], message_r);
	text_add_format(message_r, ": %s", buffer);
	return err;
}

static int build_conf(cfg_t *cfg, const char *path, struct conf **conf_r, struct text *message_r)
{
	struct conf *conf = calloc(1, sizeof(*conf));
	int err = conf == NULL ? ERR_MEMORY : ERR_NONE;

	for (const struct option *option = options; option->name != NULL && err == ERR_NONE;
		option++)
		err = copy_option(conf, option, find_option(cfg, option), message_r);
	if (err == ERR_NONE) {
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): NULL is ERR_MEMORY */
		size_t length = strlen(conf->site_url);
		while (length > 0 && conf->site_url[length - 1] == '/')
			conf->site_url[--length] = '\0';
		err = check_conf(path, conf, message_r);
	} else {
		text_add_format(message_r, "%s: %s", path, err_text(err));
	}
	if (err == ERR_NONE)
		*conf_r = conf;
	else
		conf_free(&conf);
	return err;
}

static int parse_file(cfg_t *cfg, const char *path, struct text *message_r)
{
	char *source;
	int err = source_read(path, &source, message_r);

	if (err != ERR_NONE)
		return err;
	int parsed = cfg_parse_buf(cfg, source);
	free(source);
	if (reading->failed)
		return ERR_SYNTAX;
	if (parsed == CFG_SUCCESS && cfg_getbool(cfg, SOURCE_END))
		return ERR_NONE;
	text_add_format(message_r, "%s: it ends inside a string or a comment; close it", path);
	return ERR_SYNTAX;
}

int conf_read(const char *path, struct conf **conf_r, struct text *message_r)
{
	struct conf_reading this_reading = {.path = path, .message_r = message_r};
	cfg_opt_t sections[SECTIONS_MAX][OPTIONS_MAX], top[OPTIONS_MAX + SECTIONS_MAX];

	*conf_r = NULL;
	describe_section(NULL, top, sections);
	cfg_t *cfg = cfg_init(top, CFGF_NONE);
	if (cfg == NULL) {
		text_add_format(message_r, "%s: %s", path, err_text(ERR_MEMORY));
		return ERR_MEMORY;
	}
	reading = &this_reading;
	cfg_set_error_function(cfg, take_error);
	for (const struct option *option = options; option->name != NULL; option++) {
		char name[64];
		snprintf(name, sizeof(name), "%s%s%s",
			option->section == NULL ? "" : option->section,
			option->section == NULL ? "" : "|", option->name);
		cfg_set_validate_func(cfg, name, take_option);
	}
	int err = parse_file(cfg, path, message_r);
	if (err == ERR_NONE)
		err = build_conf(cfg, path, conf_r, message_r);
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
	free(*conf);
	*conf = NULL;
}
