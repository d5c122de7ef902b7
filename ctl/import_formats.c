/* SPDX-License-Identifier: BSD-2-Clause */
/* The file formats that opsctl import reads. */
#include "ctl/import_formats.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"
#include "ctl/typed.h"

#define BLANKS " \t\v\f"

static enum format_line parse_network(
	const char *string, struct network *network_r, struct text *fault_r)
{
	return typed_network(string, network_r, fault_r) ? FORMAT_ENTRY : FORMAT_BAD;
}

/* A reason, or none. */
static enum format_line take_text(
	const char *what, const char *value, char reason_r[REASON_SIZE], struct text *fault_r)
{
	const char *fault = *value != '\0' ? reason_fault(value) : NULL;

	if (fault == NULL)
		text_copy(reason_r, REASON_SIZE, value);
	else
		text_add_format(fault_r, "%s %s", what, fault);
	return fault == NULL ? FORMAT_ENTRY : FORMAT_BAD;
}

/* One address or network a line: the first field. */
enum format_line import_text(
	struct format_state *state, char *line, struct format_entry *entry_r, struct text *fault_r)
{
	(void)state;
	line += strspn(line, BLANKS);
	line[strcspn(line, BLANKS "#;")] = '\0';
	return *line == '\0' ? FORMAT_NOTHING : parse_network(line, &entry_r->network, fault_r);
}

/* "$$" is one dollar sign. */
static void join_dollars(char *string)
{
	char *to = string;

	for (const char *from = string; *from != '\0'; from++) {
		*to++ = *from;
		from += *from == '$' && from[1] == '$';
	}
	*to = '\0';
}

static char *find_last(char *string, const char *words)
{
	char *last = NULL;

	for (char *found = strstr(string, words); found != NULL; found = strstr(found + 1, words))
		last = found;
	return last;
}

/*
 * The text of ":127.0.0.2:TEXT", ":2:TEXT" or plain "TEXT". An export puts the site's link behind
 * the reason, which ends in a dollar sign for the address; it is dropped, because replies have
 * their own.
 */
static enum format_line take_reason(char *value, char reason_r[REASON_SIZE], struct text *fault_r)
{
	size_t length;

	if (*value == ':') {
		char *second = strchr(value + 1, ':');
		value = second != NULL ? second + 1 : value + strlen(value);
	}
	value += strspn(value, BLANKS);
	length = strlen(value);
	char *link = find_last(value, "; see ");
	if (link != NULL && value[length - 1] == '$')
		*link = '\0';
	join_dollars(value);
	return take_text("the text", value, reason_r, fault_r);
}

/* The data sets ip4set, ip4trie and ip6trie of rbldnsd(8), as far as they speak of whole networks.
 */
enum format_line import_rbldnsd(
	struct format_state *state, char *line, struct format_entry *entry_r, struct text *fault_r)
{
	line += strspn(line, BLANKS);
	if (*line == '\0' || *line == '#' || *line == ';' || *line == '$')
		return FORMAT_NOTHING;
	/* An IPv6 address may begin with a colon too, but with two. */
	if (*line == ':' && line[1] != ':')
		return take_reason(line, state->default_reason, fault_r) == FORMAT_ENTRY
			       ? FORMAT_NOTHING
			       : FORMAT_BAD;
	if (*line == '!') {
		text_add(fault_r, "exclusions are not supported; list the networks around it, or "
				  "use \"opsctl exempt add\"");
		return FORMAT_BAD;
	}
	char *value = line + strcspn(line, BLANKS);
	if (*value != '\0')
		*value++ = '\0';
	value += strspn(value, BLANKS);
	enum format_line found = parse_network(line, &entry_r->network, fault_r);
	if (found != FORMAT_ENTRY)
		return found;
	if (entry_r->network.prefix == NETWORK_MAX_PREFIX &&
		listing_test_entry(&entry_r->network.addr) == TEST_ENTRY_LISTED)
		return FORMAT_NOTHING; /* the test entry of every such file; every list has it by
					  rule */
	text_copy(entry_r->reason, REASON_SIZE, state->default_reason);
	return *value == '\0' ? FORMAT_ENTRY : take_reason(value, entry_r->reason, fault_r);
}

/* Takes one field off a line (RFC 4180), in place; *line_r is NULL after the last. NULL: quotes do
 * not match. */
static char *next_field(char **line_r)
{
	char *field = *line_r, *to = field, *from = field;

	if (*from != '"') {
		from += strcspn(from, ",");
		*line_r = *from == ',' ? from + 1 : NULL;
		*from = '\0';
		return field;
	}
	for (from++; *from != '\0' && (*from != '"' || from[1] == '"'); from++) {
		from += *from == '"';
		*to++ = *from;
	}
	if (*from != '"' || (from[1] != ',' && from[1] != '\0'))
		return NULL;
	*line_r = from[1] == ',' ? from + 2 : NULL;
	*to = '\0';
	return field;
}

static enum format_line split(
	char *line, char *fields_r[CSV_FIELDS_MAX], size_t *count_r, struct text *fault_r)
{
	for (*count_r = 0; line != NULL; ++*count_r) {
		if (*count_r == CSV_FIELDS_MAX) {
			text_add_format(fault_r, "more than %d fields", CSV_FIELDS_MAX);
			return FORMAT_BAD;
		}
		fields_r[*count_r] = next_field(&line);
		if (fields_r[*count_r] == NULL) {
			text_add(fault_r, "unbalanced quotation marks");
			return FORMAT_BAD;
		}
	}
	return FORMAT_ENTRY;
}

static const char *const csv_names[CSV_COLUMNS] = {
	[CSV_NETWORK] = "network",
	[CSV_REASON] = "reason",
	[CSV_LISTED_AT] = "listed_at",
	[CSV_EXPIRES_AT] = "expires_at",
};

static enum format_line take_header(
	struct format_state *state, char *const *fields, size_t count, struct text *fault_r)
{
	for (size_t i = 0; i < count; i++) {
		for (unsigned column = 0; column < CSV_COLUMNS; column++) {
			if (strcmp(fields[i], csv_names[column]) == 0)
				state->columns[column] = i + 1;
		}
	}
	state->have_header = true;
	if (state->columns[CSV_NETWORK] != 0)
		return FORMAT_NOTHING;
	text_add(fault_r, "the first line must name the columns: network, and optionally reason, "
			  "listed_at and expires_at");
	return FORMAT_FATAL;
}

/* Times: none, "never" (for the end only), or a moment on the right side of now. */
static enum format_line take_times(const struct format_state *state, const char *listed,
	const char *expires, struct format_entry *entry_r, struct text *fault_r)
{
	if (*listed != '\0' &&
		(clock_parse_moment(listed, state->now, &entry_r->listed_at) != ERR_NONE ||
			entry_r->listed_at > state->now || entry_r->listed_at <= 0)) {
		text_add_format(fault_r,
			"listed_at \"%.40s\" is not a time in the past (for example 2026-01-31 "
			"12:00:00)",
			listed);
		return FORMAT_BAD;
	}
	if (strcmp(expires, "never") == 0) {
		entry_r->expires_at = CLOCK_NEVER;
		return FORMAT_ENTRY;
	}
	if (*expires != '\0' &&
		(clock_parse_moment(expires, state->now, &entry_r->expires_at) != ERR_NONE ||
			entry_r->expires_at <= state->now)) {
		text_add_format(fault_r,
			"expires_at \"%.40s\" is not a time in the future (for example 2099-01-31 "
			"12:00:00)",
			expires);
		return FORMAT_BAD;
	}
	return FORMAT_ENTRY;
}

enum format_line import_csv(
	struct format_state *state, char *line, struct format_entry *entry_r, struct text *fault_r)
{
	char *fields[CSV_FIELDS_MAX];
	const char *values[CSV_COLUMNS];
	size_t count;

	if (*line == '\0')
		return FORMAT_NOTHING;
	enum format_line found = split(line, fields, &count, fault_r);
	if (!state->have_header)
		return found == FORMAT_ENTRY ? take_header(state, fields, count, fault_r)
					     : FORMAT_FATAL;
	if (found != FORMAT_ENTRY)
		return found;
	for (unsigned column = 0; column < CSV_COLUMNS; column++) {
		size_t field = state->columns[column];
		values[column] = field > 0 && field <= count ? fields[field - 1] : "";
	}
	found = parse_network(values[CSV_NETWORK], &entry_r->network, fault_r);
	if (found != FORMAT_ENTRY)
		return found;
	const char *reason = values[CSV_REASON];
	if (reason[0] == '\'' && reason[1] != '\0' && strchr(CSV_FORMULA_MARKS, reason[1]) != NULL)
		reason++;
	found = take_text("the reason", reason, entry_r->reason, fault_r);
	if (found != FORMAT_ENTRY)
		return found;
	return take_times(state, values[CSV_LISTED_AT], values[CSV_EXPIRES_AT], entry_r, fault_r);
}
