/* SPDX-License-Identifier: BSD-2-Clause */
/* Text without anything that could tell who received it: what is shown is known to be harmless. */
#include "mail/redact.h"

#include <glib.h>
#include <string.h>

#include "mail/identity.h"
#include "mail/pattern.h"
#include "mail/plain.h"

/* A host in a link shows so many labels: the registered name. */
#define LINK_LABELS 2
/* A top-level domain with second levels of its own ("co.uk"): one label more. */
#define SHORT_LABEL 3
/* Letters that stand alone, or numbers, in a row: somebody spells something. */
#define SPELLED_MIN 3
#define NUMBERS_MIN 4
/* A longer stretch without white space is not text. */
#define CHUNK_MAX 2000
/* So many words are put together to see whether they are one that was cut. */
#define JOINED_MAX 5
#define JOINED_MAX_OCTETS 120

/* A stretch of text between white space, or a part of it. */
struct token {
	const char *at;
	size_t length;
	char *shown;              /* what is shown in its place; NULL: it is masked */
	size_t core, core_length; /* within it, without the marks around */
	bool word;                /* not a number */
	bool number;
	bool space; /* not a token: white space, marks alone, or a separator */
};

struct redaction {
	const struct identity *identity;
	const char *sender;
	GArray *tokens;
};

static bool is_dropped(gunichar c)
{
	GUnicodeType type = g_unichar_type(c);

	return type == G_UNICODE_FORMAT || type == G_UNICODE_PRIVATE_USE ||
	       type == G_UNICODE_UNASSIGNED || type == G_UNICODE_SURROGATE ||
	       (c >= 0xfe00 && c <= 0xfe0f) ||
	       (type == G_UNICODE_CONTROL && c != '\n' && c != '\t');
}

/* Compatibility forms composed, all spaces alike, nothing that is not seen. */
static char *normalize(const char *text)
{
	char *valid = g_utf8_make_valid(text, -1);
	char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE);
	GString *clean = g_string_sized_new(strlen(composed));

	for (const char *at = composed; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (c == 0x2028 || c == 0x2029)
			g_string_append_c(clean, '\n');
		else if (g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR)
			g_string_append_c(clean, ' ');
		else if (!is_dropped(c))
			g_string_append_unichar(clean, c);
	}
	g_free(composed);
	g_free(valid);
	return g_string_free(clean, FALSE);
}

static void add_token(struct redaction *redaction, const char *at, size_t length, char *shown)
{
	struct token token = {
		.at = at,
		.length = length,
		.shown = shown,
		.core_length = length,
		.word = !plain_marks(at, length),
	};

	if (length > 0)
		g_array_append_val(redaction->tokens, token);
	else
		g_free(shown);
}

static void add_space(struct redaction *redaction, const char *at, size_t length)
{
	struct token token = {
		.at = at, .length = length, .shown = g_strndup(at, length), .space = true};

	g_array_append_val(redaction->tokens, token);
}

bool redact_is_cut_name(const struct identity *identity, char *const *pieces)
{
	GString *joined = g_string_new(NULL);
	bool betrays = false;

	for (guint i = 0; pieces[i] != NULL && !betrays; i++) {
		g_string_truncate(joined, 0);
		for (guint k = i; pieces[k] != NULL && k < i + JOINED_MAX && !betrays; k++) {
			if (identity_betrays(identity, pieces[k]))
				break;
			g_string_append(joined, pieces[k]);
			betrays = identity_betrays(identity, joined->str);
		}
	}
	g_string_free(joined, TRUE);
	return betrays;
}

char *redact_host(const struct identity *identity, const char *host)
{
	char **labels = g_strsplit(host, ".", 64);
	GString *shown = g_string_new(NULL);

	if (redact_is_cut_name(identity, labels)) {
		g_strfreev(labels);
		return g_string_free(g_string_append(shown, REDACT_MARK), FALSE);
	}
	for (guint i = 0; labels[i] != NULL; i++) {
		if (i > 0)
			g_string_append_c(shown, '.');
		if (labels[i][0] == '\0' && labels[i + 1] == NULL)
			break;
		g_string_append(shown, plain_label(identity, labels[i]) ? labels[i] : REDACT_MARK);
	}
	g_strfreev(labels);
	return g_string_free(shown, FALSE);
}

/* The host of a link: below the registered name could be a token for each recipient. */
static char *redact_link_host(const struct identity *identity, const char *host)
{
	char **labels = g_strsplit(host, ".", 64);
	guint count = g_strv_length(labels);
	guint kept = LINK_LABELS;
	char *shown;

	if (plain_ipv4(host) || redact_is_cut_name(identity, labels)) {
		g_strfreev(labels);
		return g_strdup(plain_ipv4(host) ? host : REDACT_MARK);
	}
	if (count > 2 && strlen(labels[count - 1]) == 2 && strlen(labels[count - 2]) <= SHORT_LABEL)
		kept++;
	for (guint i = 0; i + kept < count; i++) {
		if (i == 0 && g_ascii_strcasecmp(labels[0], "www") == 0 && count == kept + 1)
			continue;
		g_free(labels[i]);
		labels[i] = g_strdup(REDACT_MARK);
	}
	for (guint i = count > kept ? count - kept : 0; i < count; i++) {
		if (plain_label(identity, labels[i]))
			continue;
		g_free(labels[i]);
		labels[i] = g_strdup(REDACT_MARK);
	}
	shown = g_strjoinv(".", labels);
	g_strfreev(labels);
	return shown;
}

/* Where the host of a link begins: behind its scheme, "//", and a user in front of "@". */
static size_t host_offset(const char *link)
{
	const char *slashes = strstr(link, "//");
	const char *host = slashes != NULL ? slashes + 2 : link;
	size_t length = strcspn(host, "/?#\\");

	for (size_t i = length; i > 0; i--)
		if (host[i - 1] == '@')
			return (size_t)(host - link) + i;
	return (size_t)(host - link);
}

/* A link: its scheme and host; that something follows, but not what. NULL: of a scheme that is not
 * shown. */
static char *redact_link(const struct identity *identity, const char *link)
{
	static const char *const schemes[] = {"http://", "https://", "ftp://", "//", ""};
	const char *host = link + host_offset(link);
	char *name = g_strndup(host, strcspn(host, ":/?#\\"));
	const char *rest = host + strlen(name);
	char *shown_host = redact_link_host(identity, name);
	char *shown = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(schemes) && shown == NULL; i++) {
		if (g_ascii_strncasecmp(link, schemes[i], strlen(schemes[i])) != 0 ||
			(schemes[i][0] == '\0' && strstr(link, "//") != NULL))
			continue;
		shown = g_strconcat(schemes[i], shown_host,
			rest[0] != '\0' && strcmp(rest, "/") != 0 ? "/" REDACT_MARK : "", NULL);
	}
	g_free(shown_host);
	g_free(name);
	return shown;
}

/* The length of the part of a chunk in front of a link; the chunk's own when it has none. */
static size_t find_link(const char *chunk)
{
	size_t begin = strlen(chunk);

	(void)pattern_find(PATTERN_LINK, chunk, &begin);
	return begin;
}

/* Adds a chunk with a link in it. What is in front and behind is shown if it is punctuation. */
static void add_link(struct redaction *redaction, const char *at, const char *chunk, size_t before)
{
	size_t length = strcspn(chunk + before, "<>\"'()[]{}|^`");
	size_t end;
	char *link;

	while (length > 0 && strchr(".,;:!?", chunk[before + length - 1]) != NULL)
		length--;
	link = g_strndup(chunk + before, length);
	add_token(redaction, at, before,
		plain_marks(chunk, before) ? g_strndup(chunk, before) : NULL);
	add_token(redaction, at + before, length, redact_link(redaction->identity, link));
	end = before + length;
	add_token(redaction, at + end, strlen(chunk + end),
		plain_marks(chunk + end, strlen(chunk + end)) ? g_strdup(chunk + end) : NULL);
	g_free(link);
}

/* "<user@example.net>," is the sender's mailbox with marks around it. */
static bool is_sender(const struct redaction *redaction, const char *chunk)
{
	const char *begin = chunk + strcspn(chunk, "<(\"'[");
	size_t length;

	if (redaction->sender == NULL || redaction->sender[0] == '\0')
		return false;
	begin = *begin == '\0' ? chunk : begin + 1;
	length = strlen(redaction->sender);
	return g_ascii_strncasecmp(begin, redaction->sender, length) == 0 &&
	       plain_marks(begin + length, strlen(begin + length)) &&
	       plain_marks(chunk, (size_t)(begin - chunk));
}

/* "example.net" in a text; NULL if nothing of it is shown but its last label. */
static char *redact_named_host(const struct identity *identity, const char *host)
{
	char *shown = redact_link_host(identity, host);

	if (strcmp(shown, REDACT_MARK) == 0 ||
		g_str_has_prefix(shown, REDACT_MARK "." REDACT_MARK) ||
		(g_str_has_prefix(shown, REDACT_MARK ".") &&
			strchr(shown + strlen(REDACT_MARK "."), '.') == NULL)) {
		g_free(shown);
		return NULL;
	}
	return shown;
}

/* Whether a part is a plain word or number with marks around it that are harmless. */
static bool is_plain_part(const struct identity *identity, const char *part, const char *core,
	size_t begin, size_t end)
{
	if (core[0] == '\0')
		return plain_marks(part, strlen(part));
	return plain_marks(part, begin) && plain_marks(part + end, strlen(part + end)) &&
	       (plain_number(core) || plain_word(identity, core));
}

/* Adds a part of a chunk between separators: a word, a number, a host, or something masked. */
static void add_part(struct redaction *redaction, const char *at, size_t length)
{
	struct token token = {.at = at, .length = length};
	char *part = g_strndup(at, length);
	size_t begin = plain_leading_marks(part);
	size_t end = length - plain_trailing_marks(part + begin);
	char *core = g_strndup(part + begin, end > begin ? end - begin : 0);

	token.core = begin;
	token.core_length = strlen(core);
	token.number = plain_number(core);
	token.word = core[0] != '\0' && !token.number;
	if (is_plain_part(redaction->identity, part, core, begin, end))
		token.shown = g_strndup(part, length);
	else if (plain_host(core))
		token.shown = redact_named_host(redaction->identity, core);
	token.space = core[0] == '\0' && token.shown != NULL;
	g_array_append_val(redaction->tokens, token);
	g_free(core);
	g_free(part);
}

static bool is_separator(gunichar c)
{
	return c < 0x80 ? strchr(",;:!?()[]{}<>\"|/", (int)c) != NULL
			: g_unichar_ispunct(c) && c != 0x2019 && c != 0x2010 && c != 0x2011;
}

static void add_parts(struct redaction *redaction, const char *at, size_t length)
{
	const char *end = at + length;
	const char *begin = at;

	for (; at < end; at = g_utf8_next_char(at)) {
		if (!is_separator(g_utf8_get_char(at)))
			continue;
		if (at > begin)
			add_part(redaction, begin, (size_t)(at - begin));
		add_space(redaction, at, (size_t)(g_utf8_next_char(at) - at));
		begin = g_utf8_next_char(at);
	}
	if (at > begin)
		add_part(redaction, begin, (size_t)(at - begin));
}

/* Adds the text between two white spaces. */
static void add_chunk(struct redaction *redaction, const char *at, size_t length)
{
	char *chunk = g_strndup(at, length);
	size_t before = length <= CHUNK_MAX ? find_link(chunk) : 0;

	if (length > CHUNK_MAX)
		add_token(redaction, at, length, NULL);
	else if (before < length && (before == 0 || chunk[before - 1] != '@'))
		add_link(redaction, at, chunk, before);
	else if (strchr(chunk, '@') != NULL)
		add_token(redaction, at, length,
			is_sender(redaction, chunk) ? g_strdup(chunk) : NULL);
	else
		add_parts(redaction, at, length);
	g_free(chunk);
}

static void tokenize(struct redaction *redaction, const char *text)
{
	while (*text != '\0') {
		size_t length = strspn(text, " \t\n");
		if (length > 0)
			add_space(redaction, text, length);
		text += length;
		length = strcspn(text, " \t\n");
		if (length > 0)
			add_chunk(redaction, text, length);
		text += length;
	}
}

static void mask(struct token *token)
{
	g_free(token->shown);
	token->shown = NULL;
}

/* Masks the tokens from begin to end, if there are so many of a kind. */
static void mask_run(GArray *tokens, guint begin, guint end, guint count, guint min)
{
	for (guint i = begin; i < end && count >= min; i++)
		if (!g_array_index(tokens, struct token, i).space)
			mask(&g_array_index(tokens, struct token, i));
}

static bool is_letter(const struct token *token)
{
	return token->word &&
	       g_utf8_strlen(token->at + token->core, (gssize)token->core_length) == 1;
}

static bool is_number(const struct token *token)
{
	return token->number;
}

/* "j a n e", "106 97 110 101". */
static void mask_spelled(GArray *tokens, bool (*is_one)(const struct token *), guint min)
{
	guint begin = 0, count = 0;

	for (guint i = 0; i < tokens->len; i++) {
		const struct token *token = &g_array_index(tokens, struct token, i);
		if (token->space)
			continue;
		if (is_one(token)) {
			count++;
			continue;
		}
		mask_run(tokens, begin, i, count, min);
		begin = i + 1;
		count = 0;
	}
	mask_run(tokens, begin, tokens->len, count, min);
}

static void append_letters(GString *text, const char *shown)
{
	for (; *shown != '\0' && text->len < JOINED_MAX_OCTETS; shown = g_utf8_next_char(shown))
		if (g_unichar_isalnum(g_utf8_get_char(shown)))
			g_string_append_unichar(text, g_utf8_get_char(shown));
}

/* Masks the words from the first to the last that betray somebody when they are put together. */
static void mask_if_joined(const struct redaction *redaction, struct token **words, guint count)
{
	GString *joined = g_string_new(NULL);

	for (guint i = 0; i < count && words[i]->word && words[i]->shown != NULL; i++) {
		append_letters(joined, words[i]->shown);
		if (i > 0 && identity_betrays(redaction->identity, joined->str))
			for (guint k = 0; k <= i; k++)
				mask(words[k]);
	}
	g_string_free(joined, TRUE);
}

/* "ja ne", "jane\ndoe", "ja - ne": words that were cut. */
static void mask_cut_words(const struct redaction *redaction)
{
	GPtrArray *words = g_ptr_array_new();

	for (guint i = 0; i < redaction->tokens->len; i++)
		if (!g_array_index(redaction->tokens, struct token, i).space)
			g_ptr_array_add(words, &g_array_index(redaction->tokens, struct token, i));
	for (guint i = 0; i < words->len; i++)
		mask_if_joined(redaction, (struct token **)(void *)words->pdata + i,
			MIN(words->len - i, JOINED_MAX));
	g_ptr_array_free(words, TRUE);
}

/* Tokens of one line that are masked become one mark, with the separators between them. */
static char *put_together(GArray *tokens)
{
	GString *text = g_string_new(NULL);
	gsize behind_mark =
		0; /* the text up to the end of its last mark; 0: something is shown since */

	for (guint i = 0; i < tokens->len; i++) {
		struct token *token = &g_array_index(tokens, struct token, i);
		if (token->shown != NULL) {
			g_string_append(text, token->shown);
			if (!token->space || strchr(token->shown, '\n') != NULL)
				behind_mark = 0;
		} else if (behind_mark > 0) {
			g_string_truncate(text, behind_mark);
		} else {
			g_string_append(text, REDACT_MARK);
			behind_mark = text->len;
		}
		g_free(token->shown);
	}
	return g_string_free(text, FALSE);
}

char *redact_text(const struct identity *identity, const char *sender, const char *text)
{
	struct redaction redaction = {
		.identity = identity,
		.sender = sender,
		.tokens = g_array_new(FALSE, FALSE, sizeof(struct token)),
	};
	char *clean = normalize(text);
	char *shown;

	tokenize(&redaction, clean);
	mask_spelled(redaction.tokens, is_letter, SPELLED_MIN);
	mask_spelled(redaction.tokens, is_number, NUMBERS_MIN);
	mask_cut_words(&redaction);
	shown = put_together(redaction.tokens);
	g_array_free(redaction.tokens, TRUE);
	g_free(clean);
	return shown;
}

char *redact_sender(const struct identity *identity, const char *mailbox)
{
	const char *at_sign = strrchr(mailbox, '@');
	char *local_part, *host, *shown;

	if (mailbox[0] == '\0')
		return g_strdup("");
	if (at_sign == NULL)
		return g_strdup(REDACT_MARK);
	local_part = g_strndup(mailbox, (gsize)(at_sign - mailbox));
	host = redact_host(identity, at_sign + 1);
	shown = g_strconcat(
		plain_word(identity, local_part) ? local_part : REDACT_MARK, "@", host, NULL);
	g_free(host);
	g_free(local_part);
	return shown;
}
