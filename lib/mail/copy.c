/* SPDX-License-Identifier: BSD-2-Clause */
/* A copy of a message for the public: what is harmless, and the names of the rest. */
#include "mail/copy.h"

#include <gmime/gmime.h>
#include <stdbool.h>
#include <string.h>

#include "mail/identity.h"
#include "mail/message.h"
#include "mail/pattern.h"
#include "mail/plain.h"
#include "mail/redact.h"

/* Names of hidden fields beyond these are not shown. */
#define HIDDEN_MAX 60
/* The value of a field is shown up to this length. */
#define VALUE_MAX 2000
/* A longer name is not one of a field that names recipients. */
#define NAME_MAX_OCTETS 40

/* The copy that is shown, and where it goes. */
struct show {
	struct identity *identity;
	char *sender; /* the From mailbox, if it may be shown; NULL: it may not */
	void (*put)(void *context, const char *octets, size_t length);
	void *context;
};

static bool names_match(const char *name, const char *other)
{
	return g_ascii_strcasecmp(name, other) == 0;
}

/* "X-Gm-Original-To", "Delivered-To", "X-RcptTo", "Envelope-Cc", but not "Reply-To". */
static bool names_recipients(const char *name)
{
	return pattern_find(PATTERN_RECIPIENT_FIELD, name, NULL) &&
	       !pattern_find(PATTERN_ANSWER_FIELD, name, NULL);
}

static void take_mailbox(void *context, const char *mailbox)
{
	identity_add_mailboxes_in(context, mailbox);
}

/* The local part of a sender that has a recipient in it. */
static void take_local_part(void *context, const char *local_part)
{
	char *mailbox = g_strconcat(local_part, "@", NULL);

	identity_add_mailbox(context, mailbox);
	g_free(mailbox);
}

static void collect_field(struct identity *identity, const char *name, const char *value)
{
	if (names_recipients(name)) {
		identity_add_recipients(identity, value);
	} else if (names_match(name, "received")) {
		pattern_each(PATTERN_RECEIVED_FOR, value, take_mailbox, identity);
	} else if (pattern_find(PATTERN_SENDER_FIELD, name, NULL)) {
		pattern_each(PATTERN_VERP, value, take_local_part, identity);
	} else {
		identity_add_mailboxes_in(identity, value);
	}
}

static void collect_fields(
	struct identity *identity, const struct message_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		collect_field(identity, fields[i].name, fields[i].value);
}

/* A line such as "> To: somebody" in a text: of a forwarded message, or of a header that was torn.
 */
static void collect_line(struct identity *identity, const char *line)
{
	const char *begin = line + strspn(line, "> \t*|");
	size_t length = strspn(begin, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-");
	const char *colon = begin + length + strspn(begin + length, " \t*");
	char *name;

	if (length < 2 || length > NAME_MAX_OCTETS || *colon != ':' || strchr(colon, '@') == NULL)
		return;
	name = g_strndup(begin, length);
	if (names_recipients(name)) {
		char *value = g_mime_utils_header_decode_text(NULL, colon + 1);
		collect_field(identity, name, value);
		g_free(value);
	}
	g_free(name);
}

static void collect_text(struct identity *identity, const char *text)
{
	char **lines = g_strsplit(text, "\n", -1);

	for (guint i = 0; lines[i] != NULL; i++)
		collect_line(identity, lines[i]);
	g_strfreev(lines);
}

static void collect(struct identity *identity, const struct message *message)
{
	collect_fields(identity, message->fields, message->field_count);
	if (message->stray != NULL)
		collect_text(identity, message->stray);
	for (size_t i = 0; i < message->part_count; i++) {
		collect_fields(identity, message->parts[i].fields, message->parts[i].field_count);
		if (message->parts[i].text != NULL)
			collect_text(identity, message->parts[i].text);
	}
}

static void put(const struct show *show, const char *text)
{
	show->put(show->context, text, strlen(text));
}

static void put_redacted(const struct show *show, const char *text)
{
	char *shown = redact_text(show->identity, show->sender, text);

	put(show, shown);
	g_free(shown);
}

/* From: the sender's own name and mailbox. */
static void put_from(const struct show *show, const char *value)
{
	InternetAddressList *list = internet_address_list_parse(NULL, value);
	InternetAddress *first = list != NULL && internet_address_list_length(list) > 0
					 ? internet_address_list_get_address(list, 0)
					 : NULL;

	if (first == NULL || !INTERNET_ADDRESS_IS_MAILBOX(first)) {
		put_redacted(show, value);
	} else {
		const char *name = internet_address_get_name(first);
		const char *mailbox =
			internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(first));
		char *shown = redact_sender(show->identity, mailbox != NULL ? mailbox : "");
		if (name != NULL && name[0] != '\0')
			put_redacted(show, name);
		put(show, name != NULL && name[0] != '\0' ? " <" : "<");
		put(show, shown);
		put(show, ">");
		g_free(shown);
	}
	if (list != NULL)
		g_object_unref(list);
}

static void put_date(const struct show *show, const char *value)
{
	GDateTime *date = g_mime_utils_header_decode_date(value);
	char *utc = date != NULL ? g_date_time_format(date, "%a, %d %b %Y %H:%M:%S %z") : NULL;

	put(show, utc != NULL ? utc : REDACT_MARK);
	g_free(utc);
	if (date != NULL)
		g_date_time_unref(date);
}

/* One word of what the sending side said of itself, or what its server found out: names, addresses.
 */
static void put_received_word(const struct show *show, const char *word)
{
	size_t before = plain_leading_marks(word);
	size_t behind = plain_trailing_marks(word + before);
	char *core = g_strndup(word + before, strlen(word) - before - behind);
	char *marks = g_strndup(word, before);

	if (plain_marks(marks, before))
		put(show, marks);
	if (plain_address(core)) {
		put(show, core);
	} else {
		char *host = redact_host(show->identity, core);
		put(show, core[0] == '\0' ? "" : host);
		g_free(host);
	}
	if (plain_marks(word + strlen(word) - behind, behind))
		put(show, word + strlen(word) - behind);
	g_free(marks);
	g_free(core);
}

static void put_from_clause(void *context, const char *clause)
{
	const struct show *show = context;
	char **words = g_strsplit_set(clause, " \t", 40);
	char **pieces = pattern_split(PATTERN_NO_WORD, clause);
	bool hidden = redact_is_cut_name(show->identity, pieces);

	put(show, hidden ? "from " REDACT_MARK : "from");
	for (guint i = 0; words[i] != NULL && !hidden; i++) {
		put(show, " ");
		put_received_word(show, words[i]);
	}
	g_strfreev(pieces);
	g_strfreev(words);
}

/* Received: the sending side and the time, not the receiving side (RFC 5321, 4.4). */
static void put_received(const struct show *show, const char *value)
{
	const char *date = strrchr(value, ';');

	if (pattern_find(PATTERN_RECEIVED_FROM, value, NULL))
		pattern_each(PATTERN_RECEIVED_FROM, value, put_from_clause, (void *)show);
	else
		put(show, REDACT_MARK);
	if (date != NULL) {
		put(show, "; ");
		put_date(show, date + 1);
	}
}

/* "text/html; charset=utf-8": boundary and name could be a token. */
static void put_content_type(const struct show *show, const char *value)
{
	GMimeContentType *type = g_mime_content_type_parse(NULL, value);
	char *name = g_mime_content_type_get_mime_type(type);

	put_redacted(show, name);
	g_free(name);
	g_object_unref(type);
}

/* The fields that are shown, and how. All others are hidden. */
static const struct {
	const char *name;
	void (*put_value)(const struct show *show, const char *value);
} shown_fields[] = {
	{"Received", put_received},
	{"Date", put_date},
	{"From", put_from},
	{"Subject", put_redacted},
	{"Content-Type", put_content_type},
	{"User-Agent", put_redacted},
	{"X-Mailer", put_redacted},
	{"MIME-Version", put_redacted},
	{"Content-Language", put_redacted},
	{"X-Priority", put_redacted},
	{"Importance", put_redacted},
	{"Precedence", put_redacted},
};

static bool put_known(const struct show *show, const struct message_field *field)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shown_fields); i++) {
		if (!names_match(field->name, shown_fields[i].name))
			continue;
		put(show, shown_fields[i].name);
		put(show, ": ");
		shown_fields[i].put_value(show, field->value);
		put(show, "\n");
		return true;
	}
	return false;
}

/* The name of a field may tell something, too. */
static void put_hidden(const struct show *show, const struct message_field *field)
{
	put(show, plain_label(show->identity, field->name) ? field->name : REDACT_MARK);
	put(show, ": hidden\n");
}

static void put_fields(const struct show *show, const struct message_field *fields, size_t count)
{
	size_t hidden = 0;

	for (size_t i = 0; i < count; i++) {
		if (strlen(fields[i].value) <= VALUE_MAX && put_known(show, &fields[i]))
			continue;
		if (hidden++ < HIDDEN_MAX)
			put_hidden(show, &fields[i]);
	}
	if (hidden > HIDDEN_MAX)
		put(show, "(further fields are hidden)\n");
}

static void put_attachment(const struct show *show, const struct message_part *part)
{
	char *text = g_strdup_printf(", %zu octets, SHA-256 %s]\n", part->octets, part->sha256);

	put(show, "\n[attachment: ");
	put_redacted(show, part->type);
	put(show, text);
	g_free(text);
}

static void put_part(const struct show *show, const struct message_part *part)
{
	switch (part->kind) {
	case MESSAGE_TEXT:
		put(show, "\n");
		put_redacted(show, part->text);
		put(show, "\n");
		break;
	case MESSAGE_ATTACHMENT:
		put_attachment(show, part);
		break;
	case MESSAGE_ATTACHED:
		put(show, "\n[attached message]\n");
		put_fields(show, part->fields, part->field_count);
		break;
	case MESSAGE_UNREADABLE:
		put(show, "\n[a text that cannot be decoded is hidden]\n");
		break;
	case MESSAGE_LEFT_OUT:
		put(show, "\n[further parts are hidden]\n");
		break;
	}
}

/* The sender's mailbox, if it is shown as it is: then it is shown in the text as well. */
static char *find_sender(const struct identity *identity, const struct message *message)
{
	for (size_t i = 0; i < message->field_count; i++) {
		if (!names_match(message->fields[i].name, "From"))
			continue;
		const char *value = message->fields[i].value;
		const char *begin = strrchr(value, '<');
		char *mailbox = begin != NULL ? g_strndup(begin + 1, strcspn(begin + 1, ">"))
					      : g_strdup(value);
		char *shown = redact_sender(identity, mailbox);
		bool same = strcmp(mailbox, shown) == 0;
		g_free(shown);
		if (same)
			return mailbox;
		g_free(mailbox);
	}
	return NULL;
}

void copy_start(void)
{
	message_start();
}

void copy_show(const char *octets, size_t length, const struct copy_also *also,
	void (*put_piece)(void *context, const char *octets, size_t length), void *context)
{
	struct message *message = message_read(octets, length);
	struct show show = {
		.identity = identity_new(),
		.put = put_piece,
		.context = context,
	};

	collect(show.identity, message);
	for (size_t i = 0; also != NULL && i < also->count; i++)
		identity_add_mailbox(show.identity, also->mailboxes[i]);
	show.sender = find_sender(show.identity, message);
	put_fields(&show, message->fields, message->field_count);
	for (size_t i = 0; i < message->part_count; i++)
		put_part(&show, &message->parts[i]);
	g_free(show.sender);
	identity_free(&show.identity);
	message_free(&message);
}
