/* SPDX-License-Identifier: BSD-2-Clause */
/* The words that would tell who received a message. */
#include "mail/identity.h"

#include <glib.h>
#include <stdint.h>
#include <string.h>

/* Words of so many letters and more are found inside of longer ones, too. */
#define INSIDE_MIN_LATIN 5
#define INSIDE_MIN_OTHER 2
/* A word of fewer letters could be anybody's. */
#define WORD_MIN 2
/* Longer words are not kept: nothing as long is ever shown. */
#define WORD_MAX_OCTETS 128

struct identity {
	GHashTable *words;  /* folded; found as whole words */
	GHashTable *inside; /* folded; found inside of other words */
	uint32_t lengths[WORD_MAX_OCTETS /
			 32]; /* a bit for each length, in octets, of those inside */
};

struct identity *identity_new(void)
{
	struct identity *identity = g_new0(struct identity, 1);

	identity->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	identity->inside = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return identity;
}

void identity_free(struct identity **identity)
{
	if (*identity == NULL)
		return;
	g_hash_table_destroy((*identity)->words);
	g_hash_table_destroy((*identity)->inside);
	g_free(*identity);
	*identity = NULL;
}

char *identity_fold(const char *text, size_t length)
{
	char *valid = g_utf8_make_valid(text, (gssize)length);
	char *decomposed = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL);
	GString *letters = g_string_sized_new(length);
	char *folded;

	for (const char *at = decomposed; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (!g_unichar_ismark(c) && g_unichar_type(c) != G_UNICODE_FORMAT)
			g_string_append_unichar(letters, c);
	}
	folded = g_utf8_casefold(letters->str, (gssize)letters->len);
	g_string_free(letters, TRUE);
	g_free(decomposed);
	g_free(valid);
	return folded;
}

static bool is_latin(const char *word)
{
	return (unsigned char)word[0] < 0x80 ||
	       g_unichar_get_script(g_utf8_get_char(word)) == G_UNICODE_SCRIPT_LATIN;
}

static char *rot13(const char *word)
{
	char *turned = g_strdup(word);

	for (char *c = turned; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)('a' + (*c - 'a' + 13) % 26);
	return turned;
}

/* Adds a word that is folded. */
static void add_folded(struct identity *identity, const char *word)
{
	size_t octets = strlen(word);
	long letters = g_utf8_strlen(word, -1);

	if (letters < WORD_MIN || octets >= WORD_MAX_OCTETS)
		return;
	g_hash_table_add(identity->words, g_strdup(word));
	if (letters >= 4) {
		g_hash_table_add(identity->words, g_utf8_strreverse(word, -1));
		g_hash_table_add(identity->words, rot13(word));
	}
	if (letters >= (is_latin(word) ? INSIDE_MIN_LATIN : INSIDE_MIN_OTHER)) {
		g_hash_table_add(identity->inside, g_strdup(word));
		identity->lengths[octets / 32] |= UINT32_C(1) << octets % 32;
	}
}

/* The words of a folded text: runs of letters and digits. To be freed with g_ptr_array_unref(). */
static GPtrArray *split(const char *folded)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	const char *begin = NULL;

	for (const char *at = folded;; at = g_utf8_next_char(at)) {
		bool in_word = *at != '\0' && g_unichar_isalnum(g_utf8_get_char(at));
		if (in_word && begin == NULL)
			begin = at;
		if (!in_word && begin != NULL) {
			g_ptr_array_add(words, g_strndup(begin, (gsize)(at - begin)));
			begin = NULL;
		}
		if (*at == '\0')
			return words;
	}
}

/* Of "jdoe77" also "jdoe": the longest run of letters at its beginning. */
static void add_without_digits(struct identity *identity, const char *word)
{
	const char *at = word;

	while (*at != '\0' && g_unichar_isalpha(g_utf8_get_char(at)))
		at = g_utf8_next_char(at);
	if (*at == '\0' || g_utf8_pointer_to_offset(word, at) < 3)
		return;
	char *letters = g_strndup(word, (gsize)(at - word));
	add_folded(identity, letters);
	g_free(letters);
}

/* "janedoe", "jdoe" and "janed" of "jane" and "doe", where they are four letters or more. */
static void add_joined(struct identity *identity, const char *first, const char *last)
{
	char *whole = g_strconcat(first, last, NULL);
	char *initial = g_strndup(first, (gsize)(g_utf8_next_char(first) - first));
	char *short_form = g_strconcat(initial, last, NULL);

	if (g_utf8_strlen(whole, -1) >= 4)
		add_folded(identity, whole);
	if (g_utf8_strlen(short_form, -1) >= 4)
		add_folded(identity, short_form);
	g_free(short_form);
	g_free(initial);
	g_free(whole);
}

static void add_split(struct identity *identity, const char *folded)
{
	GPtrArray *words = split(folded);

	for (guint i = 0; i < words->len; i++) {
		add_folded(identity, words->pdata[i]);
		add_without_digits(identity, words->pdata[i]);
		if (i == 0)
			continue;
		add_joined(identity, words->pdata[i - 1], words->pdata[i]);
		add_joined(identity, words->pdata[i], words->pdata[i - 1]);
	}
	g_ptr_array_unref(words);
}

void identity_add_words(struct identity *identity, const char *text)
{
	char *folded = identity_fold(text, strlen(text));

	add_split(identity, folded);
	g_free(folded);
}

/* All labels of a folded domain but the last, which says nothing. */
static void add_domain(struct identity *identity, const char *domain)
{
	char **labels = g_strsplit(domain, ".", 32);
	guint count = g_strv_length(labels);

	for (guint i = 0; i + 1 < count; i++) {
		add_folded(identity, labels[i]);
		add_split(identity, labels[i]);
	}
	g_strfreev(labels);
}

/* In Unicode and in ASCII, as either may be written. */
static void add_domain_forms(struct identity *identity, const char *domain)
{
	char *ascii = g_hostname_to_ascii(domain);
	char *folded = identity_fold(domain, strlen(domain));

	add_domain(identity, folded);
	if (ascii != NULL)
		add_domain(identity, ascii);
	g_free(folded);
	g_free(ascii);
}

/* "bounce-user=host.example", "SRS0=hash=day=host.example=user": what has a dot is a domain. */
static void add_encoded_mailbox(struct identity *identity, const char *local_part)
{
	char **parts = g_strsplit_set(local_part, "=%#!", 16);

	for (guint i = 0; parts[i] != NULL && parts[1] != NULL; i++) {
		char *folded = identity_fold(parts[i], strlen(parts[i]));
		if (strchr(parts[i], '.') != NULL)
			add_domain(identity, folded);
		add_split(identity, folded);
		g_free(folded);
	}
	g_strfreev(parts);
}

/* Adds the part before the at sign: "jane.doe+shop" is also "janedoe". */
static void add_local_part(struct identity *identity, const char *local_part)
{
	char *untagged = g_strndup(local_part, strcspn(local_part, "+"));
	char *folded = identity_fold(untagged, strlen(untagged));
	GString *joined = g_string_new(NULL);

	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (g_unichar_isalnum(g_utf8_get_char(at)))
			g_string_append_unichar(joined, g_utf8_get_char(at));
	add_folded(identity, joined->str);
	add_split(identity, folded);
	add_encoded_mailbox(identity, local_part);
	g_string_free(joined, TRUE);
	g_free(folded);
	g_free(untagged);
}

void identity_add_mailbox(struct identity *identity, const char *mailbox)
{
	const char *at_sign = strrchr(mailbox, '@');
	char *local_part;

	if (at_sign == NULL) {
		identity_add_words(identity, mailbox);
		return;
	}
	local_part = g_strndup(mailbox, (gsize)(at_sign - mailbox));
	add_local_part(identity, local_part);
	add_domain_forms(identity, at_sign + 1);
	g_free(local_part);
}

/* Adds the mailboxes of a text; gives its other words, to be freed with g_string_free(). */
static GString *take_mailboxes(struct identity *identity, const char *text)
{
	char **words = g_strsplit_set(text, " \t\r\n<>,;()[]\"'", -1);
	GString *others = g_string_new(NULL);

	for (guint i = 0; words[i] != NULL; i++) {
		if (strchr(words[i], '@') != NULL)
			identity_add_mailbox(identity, words[i]);
		else
			g_string_append_printf(others, "%s ", words[i]);
	}
	g_strfreev(words);
	return others;
}

void identity_add_mailboxes_in(struct identity *identity, const char *text)
{
	g_string_free(take_mailboxes(identity, text), TRUE);
}

void identity_add_recipients(struct identity *identity, const char *text)
{
	GString *others = take_mailboxes(identity, text);

	identity_add_words(identity, others->str);
	g_string_free(others, TRUE);
}

/* Whether one of the words that are found inside begins at `at`. */
static bool begins_one(const struct identity *identity, const char *at)
{
	char part[WORD_MAX_OCTETS];
	size_t left = strnlen(at, WORD_MAX_OCTETS - 1);

	for (size_t length = 1; length <= left; length++) {
		if (!(identity->lengths[length / 32] >> length % 32 & 1))
			continue;
		memcpy(part, at, length);
		part[length] = '\0';
		if (g_hash_table_contains(identity->inside, part))
			return true;
	}
	return false;
}

static bool has_one(const struct identity *identity, const char *folded)
{
	if (g_hash_table_contains(identity->words, folded))
		return true;
	for (const char *at = folded; *at != '\0'; at = g_utf8_next_char(at))
		if (begins_one(identity, at))
			return true;
	return false;
}

/* The ASCII letters and digits of a word alone: "Lind\u00ffqvist" is read without the stranger in
 * it. */
static char *without_strangers(const char *word)
{
	GString *ascii = g_string_new(NULL);

	for (const char *c = word; *c != '\0'; c++)
		if (g_ascii_isalnum(*c))
			g_string_append_c(ascii, g_ascii_tolower(*c));
	return g_string_free(ascii, FALSE);
}

bool identity_betrays(const struct identity *identity, const char *word)
{
	char *folded = identity_fold(word, strlen(word));
	char *ascii = without_strangers(word);
	bool found = has_one(identity, folded) || has_one(identity, ascii);

	g_free(ascii);
	g_free(folded);
	return found;
}
