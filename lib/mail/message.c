/* SPDX-License-Identifier: BSD-2-Clause */
/* A message taken apart by GMime: fields, texts, attachments. */
#include "mail/message.h"

#include <gmime/gmime.h>
#include <stdbool.h>
#include <string.h>

#include "mail/html_text.h"
#include "mail/pattern.h"

/* Parts beyond these are not looked at. GMime's parser calls itself for each level. */
#define PARTS_MAX 100
#define LEVELS_MAX 8
#define BOUNDARIES_MAX 50
/* A longer field of MIME is no use to anybody. */
#define MIME_FIELD_MAX 4096

static void ignore_log(
	const char *domain, GLogLevelFlags level, const char *message, gpointer context)
{
	(void)domain;
	(void)level;
	(void)message;
	(void)context;
}

/*
 * Attached messages are taken for octets: read_into() reads them by its own rules, where GMime
 * would call itself, and parse mailboxes that nest as deep as a stranger likes. What GMime warns of
 * is the message's own fault and nobody's news.
 */
void message_start(void)
{
	static const char *const messages[] = {"rfc822", "rfc2822", "global", "news"};

	g_mime_init();
	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
		g_mime_object_register_type("message", messages[i], GMIME_TYPE_PART);
	g_log_set_handler("gmime", G_LOG_LEVEL_MASK, ignore_log, NULL);
}

/* The length of a line, with its end. */
static size_t line_length(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (size_t)(end - at));

	return feed != NULL ? (size_t)(feed - at) + 1 : (size_t)(end - at);
}

static bool is_empty(const char *at, size_t length)
{
	return length == 0 || at[0] == '\n' || (at[0] == '\r' && (length < 2 || at[1] == '\n'));
}

/* Whether a line begins a field: a name of printable octets, and a colon (RFC 5322, 2.2). */
static bool is_field(const char *at, size_t length)
{
	size_t name = 0;

	while (name < length && at[name] > ' ' && at[name] < 0x7f && at[name] != ':')
		name++;
	return name > 0 && name < length && at[name] == ':';
}

/* Octets as UTF-8 without NUL. */
static char *as_utf8(const char *octets, size_t length)
{
	char *copy = g_strndup("", length + 1);
	char *valid;

	for (size_t i = 0; i < length; i++)
		copy[i] = octets[i] != '\0' ? octets[i] : ' ';
	valid = g_utf8_make_valid(copy, (gssize)length);
	g_free(copy);
	return valid;
}

/* A field's lines as one, its encoded words decoded. */
static char *decode_value(const char *octets, size_t length)
{
	char *lines = as_utf8(octets, length);
	char *unfolded = g_strdelimit(lines, "\r\n\t", ' ');
	char *decoded = g_mime_utils_header_decode_text(NULL, unfolded);
	char *value = g_strstrip(as_utf8(decoded, strlen(decoded)));

	g_free(decoded);
	g_free(lines);
	return g_strdelimit(value, "\r\n\t", ' ');
}

static void add_field(GArray *fields, const char *octets, size_t length)
{
	size_t name = (size_t)((const char *)memchr(octets, ':', length) - octets);
	struct message_field field = {
		.name = g_strndup(octets, name),
		.value = decode_value(octets + name + 1, length - name - 1),
	};

	g_array_append_val(fields, field);
}

/* Whether GMime needs a field, to decode the body. */
static bool is_of_mime(const char *octets, size_t length)
{
	return length > 8 && (g_ascii_strncasecmp(octets, "Content-", 8) == 0 ||
				     g_ascii_strncasecmp(octets, "MIME-", 5) == 0);
}

/* A field from its name to the end of its last line, from `at` on. */
static size_t field_length(const char *at, const char *end)
{
	size_t length = line_length(at, end);

	while (at + length < end && (at[length] == ' ' || at[length] == '\t'))
		length += line_length(at + length, end);
	return length;
}

static void add_stray(struct message *message, const GString *lines)
{
	char *before = message->stray;
	char *text = as_utf8(lines->str, lines->len);

	message->stray = g_strconcat(before != NULL ? before : "", text, NULL);
	g_free(before);
	g_free(text);
}

/*
 * Reads the header into fields, and gives the fields of MIME with the body, for GMime. Lines that
 * are not fields are kept apart.
 */
static GByteArray *read_header(
	struct message *message, const char *octets, size_t length, GArray *fields)
{
	GByteArray *mime = g_byte_array_new();
	GString *stray = g_string_new(NULL);
	const char *end = octets + length;
	size_t field;

	if (length >= 3 && memcmp(octets, "\xef\xbb\xbf", 3) == 0)
		octets += 3;
	while (octets < end && is_empty(octets, (size_t)(end - octets)))
		octets += line_length(octets, end);
	for (; octets < end && !is_empty(octets, (size_t)(end - octets)); octets += field) {
		field = field_length(octets, end);
		if (!is_field(octets, field)) {
			g_string_append_len(stray, octets, (gssize)field);
			continue;
		}
		add_field(fields, octets, field);
		if (field <= MIME_FIELD_MAX && is_of_mime(octets, field))
			g_byte_array_append(mime, (const guint8 *)octets, (guint)field);
	}
	add_stray(message, stray);
	g_string_free(stray, TRUE);
	g_byte_array_append(mime, (const guint8 *)"\n", 1);
	g_byte_array_append(mime, (const guint8 *)octets, (guint)(end - octets));
	return mime;
}

/* More boundaries than any message has: the parser would go as deep as a stranger likes. */
static bool is_too_deep(const GByteArray *octets)
{
	char *text = as_utf8((const char *)octets->data, octets->len);
	char *lower = g_ascii_strdown(text, -1);
	size_t boundaries = 0;

	for (const char *at = lower; (at = strstr(at, "boundary")) != NULL; at++)
		boundaries++;
	g_free(lower);
	g_free(text);
	return boundaries > BOUNDARIES_MAX;
}

static struct message_part *add_part(
	struct message *message, enum message_part_kind kind, GMimeObject *object)
{
	GMimeContentType *type = object != NULL ? g_mime_object_get_content_type(object) : NULL;
	struct message_part *part;

	if (message->part_count == message->room) {
		message->room = message->room * 2 + 8;
		message->parts = g_renew(struct message_part, message->parts, message->room);
	}
	part = &message->parts[message->part_count++];
	*part = (struct message_part){.kind = kind};
	part->type = type != NULL ? g_mime_content_type_get_mime_type(type) : g_strdup("");
	return part;
}

/* What a part decodes to; to be freed with g_byte_array_unref(). */
static GByteArray *decode(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GByteArray *octets = g_byte_array_new();
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(octets);

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	if (content != NULL)
		(void)g_mime_data_wrapper_write_to_stream(content, stream);
	g_object_unref(stream);
	return octets;
}

/* A text in UTF-8; NULL: its character set is not known, or it is not in it. */
static char *convert(const GByteArray *octets, const char *charset)
{
	const char *data = octets->len > 0 ? (const char *)octets->data : "";
	const char *from = charset != NULL ? g_mime_charset_iconv_name(charset) : "UTF-8";
	gsize length;
	char *converted = g_convert(data, octets->len, "UTF-8", from, NULL, &length, NULL);
	char *text;

	/* What says nothing of itself, or the wrong thing, is read as browsers do. */
	if (converted == NULL && (charset == NULL || g_utf8_validate(data, octets->len, NULL) ||
					 g_ascii_strcasecmp(charset, "us-ascii") == 0))
		converted = g_convert(data, octets->len, "UTF-8",
			g_utf8_validate(data, octets->len, NULL) ? "UTF-8" : "WINDOWS-1252", NULL,
			&length, NULL);
	if (converted == NULL)
		return NULL;
	text = as_utf8(converted, length);
	g_free(converted);
	return text;
}

static void add_text(struct message *message, GMimeObject *object)
{
	GByteArray *octets = decode(GMIME_PART(object));
	char *text = convert(octets, g_mime_object_get_content_type_parameter(object, "charset"));
	struct message_part *part =
		add_part(message, text != NULL ? MESSAGE_TEXT : MESSAGE_UNREADABLE, object);

	if (text != NULL && g_ascii_strcasecmp(part->type, "text/html") == 0) {
		part->text = html_text(text, strlen(text));
		g_free(text);
	} else {
		part->text = text;
	}
	part->octets = octets->len;
	g_byte_array_unref(octets);
}

static void add_attachment(struct message *message, GMimeObject *object)
{
	GByteArray *octets = decode(GMIME_PART(object));
	struct message_part *part = add_part(message, MESSAGE_ATTACHMENT, object);

	part->octets = octets->len;
	part->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256,
		octets->len > 0 ? octets->data : (const guint8 *)"", octets->len);
	g_byte_array_unref(octets);
}

static void read_into(struct message *message, const char *octets, size_t length, int level,
	struct message_field **fields_r, size_t *count_r);

static void add_attached(struct message *message, GMimeObject *object, int level)
{
	GByteArray *octets = decode(GMIME_PART(object));
	size_t index = message->part_count;
	struct message_field *fields;
	size_t count;

	add_part(message, MESSAGE_ATTACHED, object);
	read_into(message, octets->len > 0 ? (const char *)octets->data : "", octets->len,
		level + 1, &fields, &count);
	message->parts[index].fields = fields;
	message->parts[index].field_count = count;
	g_byte_array_unref(octets);
}

static void add_left_out(struct message *message)
{
	if (message->part_count == 0 ||
		message->parts[message->part_count - 1].kind != MESSAGE_LEFT_OUT)
		add_part(message, MESSAGE_LEFT_OUT, NULL);
}

static bool is_message(GMimeObject *object)
{
	char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
	bool message = pattern_find(PATTERN_MESSAGE_TYPE, type, NULL);

	g_free(type);
	return message;
}

static void add_object(struct message *message, GMimeObject *object, int level)
{
	if (level > LEVELS_MAX || message->part_count >= PARTS_MAX) {
		add_left_out(message);
	} else if (GMIME_IS_MULTIPART(object)) {
		for (int i = 0; i < g_mime_multipart_get_count(GMIME_MULTIPART(object)); i++)
			add_object(message, g_mime_multipart_get_part(GMIME_MULTIPART(object), i),
				level + 1);
	} else if (GMIME_IS_TEXT_PART(object)) {
		add_text(message, object);
	} else if (GMIME_IS_PART(object) && is_message(object)) {
		add_attached(message, object, level);
	} else if (GMIME_IS_PART(object)) {
		add_attachment(message, object);
	}
}

static void add_body(struct message *message, GByteArray *mime, int level)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(mime);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *object;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	object = g_mime_parser_construct_part(parser, NULL);
	if (object != NULL) {
		add_object(message, object, level);
		g_object_unref(object);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

/* Reads a message, and adds its parts; the fields are the caller's. */
static void read_into(struct message *message, const char *octets, size_t length, int level,
	struct message_field **fields_r, size_t *count_r)
{
	GArray *fields = g_array_new(FALSE, FALSE, sizeof(struct message_field));
	GByteArray *mime = read_header(message, octets, length, fields);

	if (is_too_deep(mime))
		add_left_out(message);
	else
		add_body(message, mime, level);
	*count_r = fields->len;
	*fields_r = (struct message_field *)(void *)g_array_free(fields, FALSE);
	g_byte_array_unref(mime);
}

static void free_fields(struct message_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		g_free(fields[i].name);
		g_free(fields[i].value);
	}
	g_free(fields);
}

void message_free(struct message **message)
{
	if (*message == NULL)
		return;
	for (size_t i = 0; i < (*message)->part_count; i++) {
		struct message_part *part = &(*message)->parts[i];
		g_free(part->type);
		g_free(part->text);
		g_free(part->sha256);
		free_fields(part->fields, part->field_count);
	}
	g_free((*message)->parts);
	g_free((*message)->stray);
	free_fields((*message)->fields, (*message)->field_count);
	g_free(*message);
	*message = NULL;
}

static bool has_field_of_mail(const struct message *message)
{
	for (size_t i = 0; i < message->field_count; i++)
		if (pattern_find(PATTERN_MESSAGE_FIELD, message->fields[i].name, NULL) ||
			pattern_find(PATTERN_RECIPIENT_FIELD, message->fields[i].name, NULL))
			return true;
	return false;
}

static struct message *read_text(const char *octets, size_t length)
{
	struct message *message = g_new0(struct message, 1);
	struct message_part *part = add_part(message, MESSAGE_TEXT, NULL);

	part->text = as_utf8(octets, length);
	part->octets = length;
	return message;
}

struct message *message_read(const char *octets, size_t length)
{
	struct message *message = g_new0(struct message, 1);

	read_into(message, octets, length, 0, &message->fields, &message->field_count);
	if (has_field_of_mail(message))
		return message;
	message_free(&message);
	return read_text(octets, length);
}
