/* SPDX-License-Identifier: BSD-2-Clause */
/* Words, numbers, hosts and marks that are harmless. */
#include "mail/plain.h"

#include <glib.h>
#include <string.h>

#include "base/addr.h"
#include "base/err.h"
#include "mail/identity.h"
#include "mail/pattern.h"

#define PARTS_MAX 5
#define LETTERS_MAX 30
/* Of a script without spaces between words. */
#define LETTERS_MAX_UNSPACED 400

static bool is_unspaced(GUnicodeScript script)
{
	static const GUnicodeScript unspaced[] = {
		G_UNICODE_SCRIPT_HAN,
		G_UNICODE_SCRIPT_HIRAGANA,
		G_UNICODE_SCRIPT_KATAKANA,
		G_UNICODE_SCRIPT_HANGUL,
		G_UNICODE_SCRIPT_THAI,
		G_UNICODE_SCRIPT_LAO,
		G_UNICODE_SCRIPT_KHMER,
		G_UNICODE_SCRIPT_MYANMAR,
	};

	for (size_t i = 0; i < G_N_ELEMENTS(unspaced); i++)
		if (script == unspaced[i])
			return true;
	return false;
}

/* The script of a run of letters; UNKNOWN if it has two, or something that is not a letter. Those
 * without spaces are commonly mixed. */
static GUnicodeScript script_of(const char *letters)
{
	GUnicodeScript script = G_UNICODE_SCRIPT_COMMON;

	for (const char *at = letters; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		GUnicodeScript one = g_unichar_get_script(c);
		if (!g_unichar_isalpha(c) && !g_unichar_ismark(c))
			return G_UNICODE_SCRIPT_UNKNOWN;
		if (one == G_UNICODE_SCRIPT_COMMON || one == G_UNICODE_SCRIPT_INHERITED)
			continue;
		if (script != G_UNICODE_SCRIPT_COMMON && one != script &&
			!(is_unspaced(one) && is_unspaced(script)))
			return G_UNICODE_SCRIPT_UNKNOWN;
		script = one;
	}
	return script;
}

static bool is_plain_run(const struct identity *identity, const char *letters)
{
	GUnicodeScript script = script_of(letters);
	long max = is_unspaced(script) ? LETTERS_MAX_UNSPACED : LETTERS_MAX;

	return script != G_UNICODE_SCRIPT_UNKNOWN && g_utf8_strlen(letters, -1) <= max &&
	       pattern_find(PATTERN_USUAL_CASE, letters, NULL) &&
	       !identity_betrays(identity, letters);
}

bool plain_number(const char *word)
{
	return pattern_find(PATTERN_NUMBER, word, NULL);
}

bool plain_host(const char *word)
{
	return pattern_find(PATTERN_HOST, word, NULL);
}

bool plain_address(const char *word)
{
	struct addr addr;

	if (g_ascii_strncasecmp(word, "IPv6:", 5) == 0)
		word += 5;
	return addr_parse(word, &addr) == ERR_NONE;
}

bool plain_ipv4(const char *word)
{
	return strchr(word, ':') == NULL && plain_address(word);
}

/* All single letters: "j-a-n-e" is spelled. */
static bool is_spelled(char **parts)
{
	for (guint i = 0; parts[i] != NULL; i++)
		if (g_utf8_strlen(parts[i], -1) > 1)
			return false;
	return g_strv_length(parts) > 2;
}

bool plain_word(const struct identity *identity, const char *word)
{
	char **parts = pattern_split(PATTERN_JOINT, word);
	char *whole = g_strjoinv("", parts);
	guint count = g_strv_length(parts);
	bool plain = count > 0 && count <= PARTS_MAX && !is_spelled(parts) &&
		     !identity_betrays(identity, whole);

	for (char **part = parts; *part != NULL && plain; part++)
		plain = plain_number(*part) || (*part[0] != '\0' && is_plain_run(identity, *part));
	g_free(whole);
	g_strfreev(parts);
	return plain;
}

bool plain_label(const struct identity *identity, const char *label)
{
	char **parts = g_strsplit(label, "-", 0);
	bool plain = pattern_find(PATTERN_LABEL, label, NULL) && !identity_betrays(identity, label);

	for (char **part = parts; *part != NULL && plain; part++)
		plain = !identity_betrays(identity, *part);
	g_strfreev(parts);
	return plain;
}

bool plain_marks(const char *text, size_t length)
{
	char *marks = g_strndup(text, length);
	bool plain = pattern_find(PATTERN_MARKS, marks, NULL);

	g_free(marks);
	return plain;
}

size_t plain_leading_marks(const char *word)
{
	const char *at = word;

	while (*at != '\0' && !g_unichar_isalnum(g_utf8_get_char(at)))
		at = g_utf8_next_char(at);
	return (size_t)(at - word);
}

size_t plain_trailing_marks(const char *word)
{
	const char *end = word + strlen(word);
	const char *at = end;

	while (at > word) {
		const char *before = g_utf8_prev_char(at);
		gunichar c = g_utf8_get_char(before);
		if (g_unichar_isalnum(c) || g_unichar_ismark(c))
			break;
		at = before;
	}
	return (size_t)(end - at);
}
