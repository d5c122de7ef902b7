/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of all commands, parsed with getopt_long(). */
#include "ctl/options.h"

#include <getopt.h>
#include <string.h>

#include "ctl/output.h"

#define SWITCH no_argument
#define VALUE required_argument

/* getopt_long() returns the option as a value above those of letters. */
#define CODE(id) (256 + (id))

#define LONG(id, name, kind) [id] = {name, kind, NULL, CODE(id)}

static const struct option long_options[OPTION_COUNT + 1] = {
	LONG(OPTION_CONFIG, "config", VALUE),
	LONG(OPTION_CHECK, "check", SWITCH),
	LONG(OPTION_VERSION, "version", SWITCH),
	LONG(OPTION_HELP, "help", SWITCH),
	LONG(OPTION_JSON, "json", SWITCH),
	LONG(OPTION_BY, "by", VALUE),
	LONG(OPTION_LIST, "list", VALUE),
	LONG(OPTION_REASON, "reason", VALUE),
	LONG(OPTION_EVIDENCE, "evidence", VALUE),
	LONG(OPTION_NOTE, "note", VALUE),
	LONG(OPTION_EXPIRES, "expires", VALUE),
	LONG(OPTION_WHY, "why", VALUE),
	LONG(OPTION_FORCE, "force", SWITCH),
	LONG(OPTION_FORMAT, "format", VALUE),
	LONG(OPTION_REPLACE, "replace", SWITCH),
	LONG(OPTION_SKIP_BAD, "skip-bad", SWITCH),
	LONG(OPTION_SINCE, "since", VALUE),
	LONG(OPTION_UNTIL, "until", VALUE),
	LONG(OPTION_REF, "ref", VALUE),
	LONG(OPTION_LIMIT, "limit", VALUE),
	LONG(OPTION_HITS, "hits", VALUE),
	LONG(OPTION_SPAM, "spam", VALUE),
	LONG(OPTION_CONFIRM, "confirm", SWITCH),
	LONG(OPTION_REMOVE, "remove", SWITCH),
	LONG(OPTION_KEEP, "keep", SWITCH),
	LONG(OPTION_YES, "yes", SWITCH),
};

static const char letters[OPTION_COUNT] = {
	[OPTION_CONFIG] = 'c',
	[OPTION_CHECK] = 'n',
	[OPTION_VERSION] = 'V',
	[OPTION_HELP] = 'h',
	[OPTION_YES] = 'y',
};

const char *option_name(enum option_id id)
{
	return long_options[id].name;
}

char option_letter(enum option_id id)
{
	return letters[id];
}

static enum option_id option_of_code(int code)
{
	if (code >= CODE(0))
		return (enum option_id)(code - CODE(0));
	return (enum option_id)((const char *)memchr(letters, code, sizeof(letters)) - letters);
}

/* Says what getopt_long() did not understand; `last` is the word that it read last. */
static void say_fault(int code, const char *last)
{
	const char *fault = code == ':'         ? "has no value"
			    : optopt >= CODE(0) ? "takes no value"
						: "is unknown or ambiguous";
	const char letter[] = {'-', (char)optopt, '\0'};

	say_error("option \"%s\" %s; \"opsctl --help\" shows the options",
		optopt != 0 && optopt < CODE(0) ? letter : last, fault);
}

bool options_parse(int argc, char **argv, struct options *options_r)
{
	int code;

	memset(options_r, 0, sizeof(*options_r));
	opterr = 0;
	while ((code = getopt_long(argc, argv, ":c:nVhy", long_options, NULL)) != -1) {
		if (code == '?' || code == ':') {
			say_fault(code, argv[optind - 1]);
			return false;
		}
		options_r->values[option_of_code(code)] = optarg != NULL ? optarg : "";
	}
	if (optind < argc)
		options_r->command = argv[optind++];
	options_r->operands = argv + optind;
	options_r->operand_count = (size_t)(argc - optind);
	return true;
}
