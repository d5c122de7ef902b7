/* SPDX-License-Identifier: BSD-2-Clause */
/* Regular expressions by name. Lengths in them are bounded, so that none takes long. */
#include "mail/pattern.h"

#include <glib.h>

/* clang-format off: an expression is not cut. "(?i)": in any case. */
/* NOLINTBEGIN(bugprone-suspicious-missing-comma): two long ones have two lines. */
static const char *const expressions[PATTERN_COUNT] = {
	/* Base64 mixes small and capital letters in other ways; no word has a letter thrice in a
	   row. */
	[PATTERN_USUAL_CASE] = "^(?!.*(.)\\1\\1)(?:[\\p{Ll}\\p{Lo}\\p{Lm}\\p{M}]+|\\p{Lu}+s?|\\p{"
			       "Lu}[\\p{Ll}\\p{M}]*)$",
	/* At most five digits in a row, and twelve in all. */
	[PATTERN_NUMBER] =
		"(?i)^(?!(?:[^0-9]*[0-9]){13})[0-9]{1,5}(?:[.,:'/-][0-9]{1,5}){0,5}%?[a-z]{0,2}$",
	[PATTERN_HOST] = "(?i)^(?:[a-z0-9-]{1,63}\\.){1,20}[a-z]{2,24}$",
	/* At most three digits in a row, and at most two changes between letters and digits. */
	[PATTERN_LABEL] =
		"(?i)^(?!.*[0-9]{4})(?!(?:.*?(?:[0-9][a-z]|[a-z][0-9])){3})[a-z0-9-]{1,24}$",
	[PATTERN_MARKS] = "^(?:[^\\p{L}\\p{N}\\p{C}\\p{M}@]{0,4}|([-=*_.#~+])\\1{0,79})$",
	[PATTERN_JOINT] = "[-'.&\\x{2019}\\x{2010}\\x{2011}]",
	[PATTERN_NO_WORD] = "[^\\p{L}\\p{N}]+",
	[PATTERN_LINK] = "(?i)(?:[a-z][a-z0-9+.-]{0,20}:)?//|\\bwww\\.|"
			 "\\b(?:[a-z0-9-]{1,63}\\.){1,20}[a-z]{2,24}(?=[/?#:][^\\s])",
	[PATTERN_RECIPIENT_FIELD] = "(?i)(?:^|-|[a-z])(?:to|cc|bcc|for)$|rcpt|recipient",
	[PATTERN_ANSWER_FIELD] = "(?i)^(?:reply|in-reply|return|mail-reply|mail-followup)-to$",
	[PATTERN_SENDER_FIELD] =
		"(?i)^(?:from|sender|reply-to|return-path|errors-to|resent-from|resent-sender|"
		"message-id|resent-message-id|references|in-reply-to|dkim-.*|domainkey-.*|arc-.*|"
		"authentication-results|received-spf|list-.*|x-mailer|user-agent|subject|content-.*"
		")$",
	[PATTERN_MESSAGE_FIELD] =
		"(?i)^(?:received|from|sender|subject|message-id|return-path|mime-version)$",
	[PATTERN_VERP] = "([^\\s<>@\"]{1,256}=[^\\s<>@\"]{1,256})@",
	[PATTERN_RECEIVED_FROM] = "(?i)^\\s*from\\s+(.{1,1000}?)\\s+by\\s",
	[PATTERN_RECEIVED_FOR] = "(?i)\\sfor\\s+([^;\\s]{1,400})",
	[PATTERN_MESSAGE_TYPE] = "(?i)^message/(?:rfc822|rfc2822|global|news)$",
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */
/* clang-format on */

/* What is matched again and again in a long text is taken as octets: GLib looks through all of it
 * for valid UTF-8 each time. */
static GRegexCompileFlags flags(size_t pattern)
{
	return pattern == PATTERN_VERP || pattern == PATTERN_RECEIVED_FOR ? G_REGEX_RAW : 0;
}

static const GRegex *compiled(enum pattern pattern)
{
	static GRegex *regexes[PATTERN_COUNT];
	static gsize ready;

	if (g_once_init_enter(&ready)) {
		for (size_t i = 0; i < PATTERN_COUNT; i++)
			regexes[i] = g_regex_new(expressions[i], flags(i), 0, NULL);
		g_once_init_leave(&ready, 1); /* NOLINT(performance-no-int-to-ptr): GLib's macro */
	}
	return regexes[pattern];
}

bool pattern_find(enum pattern pattern, const char *text, size_t *begin_r)
{
	GMatchInfo *match;
	bool found = g_regex_match(compiled(pattern), text, 0, &match);
	int begin = 0;

	if (found && begin_r != NULL) {
		g_match_info_fetch_pos(match, 0, &begin, NULL);
		*begin_r = (size_t)begin;
	}
	g_match_info_free(match);
	return found;
}

void pattern_each(enum pattern pattern, const char *text,
	void (*take)(void *context, const char *group), void *context)
{
	GMatchInfo *match;

	g_regex_match(compiled(pattern), text, 0, &match);
	for (; g_match_info_matches(match); g_match_info_next(match, NULL)) {
		char *group = g_match_info_fetch(match, 1);
		take(context, group);
		g_free(group);
	}
	g_match_info_free(match);
}

char **pattern_split(enum pattern pattern, const char *text)
{
	return g_regex_split(compiled(pattern), text, 0);
}
