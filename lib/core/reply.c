/* SPDX-License-Identifier: BSD-2-Clause */
/* SMTP replies: the text from its template, codes, and the header of a tag. */
#include "core/reply.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/text.h"

#define URL_PATH "/lookup?ip="

enum variable {
	VARIABLE_CLIENT,
	VARIABLE_LIST,
	VARIABLE_NETWORK,
	VARIABLE_REASON,
	VARIABLE_URL,
	VARIABLE_REF,
	VARIABLE_LISTED_AT,
	VARIABLE_EXPIRES_AT,
	VARIABLE_COUNT
};

static const struct {
	const char *name;
	size_t longest; /* octets of the longest value; the url's grows with site_url */
} variables[VARIABLE_COUNT] = {
	[VARIABLE_CLIENT] = {"client", ADDR_TEXT_SIZE - 1},
	[VARIABLE_LIST] = {"list", LIST_NAME_SIZE - 1},
	[VARIABLE_NETWORK] = {"network", NETWORK_TEXT_SIZE - 1},
	[VARIABLE_REASON] = {"reason", REPLY_REASON_MIN},
	[VARIABLE_URL] = {"url", sizeof(URL_PATH) - 1 + ADDR_TEXT_SIZE - 1},
	[VARIABLE_REF] = {"ref", REF_SIZE - 1},
	[VARIABLE_LISTED_AT] = {"listed_at", CLOCK_TEXT_SIZE - 1},
	[VARIABLE_EXPIRES_AT] = {"expires_at", CLOCK_TEXT_SIZE - 1},
};

/* A piece of a template: literal octets, or a variable. */
struct piece {
	bool is_variable;
	enum variable variable;
	const char *octets;
	size_t length;
};

static bool find_variable(const char *name, size_t length, enum variable *variable_r)
{
	for (unsigned i = 0; i < VARIABLE_COUNT; i++) {
		if (strlen(variables[i].name) == length &&
			memcmp(variables[i].name, name, length) == 0) {
			*variable_r = i;
			return true;
		}
	}
	return false;
}

/* Takes the next piece off *template: 1, 0 at the end, ERR_SYNTAX at a '%' that is neither. */
static int next_piece(const char **template, struct piece *piece_r)
{
	const char *start = *template;

	*piece_r = (struct piece){.octets = start};
	if (*start == '\0')
		return 0;
	if (*start != '%') {
		piece_r->length = strcspn(start, "%");
		*template = start + piece_r->length;
		return 1;
	}
	if (start[1] == '%') {
		piece_r->length = 1;
		*template = start + 2;
		return 1;
	}
	const char *end = start[1] == '{' ? strchr(start, '}') : NULL;
	if (end == NULL || !find_variable(start + 2, (size_t)(end - start - 2), &piece_r->variable))
		return ERR_SYNTAX;
	piece_r->is_variable = true;
	*template = end + 1;
	return 1;
}

static bool is_printable(const char *string)
{
	for (; *string != '\0'; string++) {
		if (*string < ' ' || *string > '~')
			return false;
	}
	return true;
}

static int say_bad_variable(const char *at, struct text *message_r)
{
	size_t length = strcspn(at, "} ");

	text_add(message_r, "\"");
	text_add_octets(message_r, at, length + (at[length] == '}'));
	text_add(message_r, "\" is not a variable; known are");
	for (size_t i = 0; i < VARIABLE_COUNT; i++)
		text_add_format(message_r, " %%{%s}", variables[i].name);
	text_add(message_r, ", and %% for a percent sign");
	return ERR_SYNTAX;
}

int reply_check_template(const char *template, const char *site_url, struct text *message_r)
{
	struct piece piece;
	size_t longest = 0;
	int more;

	if (!is_printable(template)) {
		text_add(message_r, "an SMTP reply must be one line of printable ASCII");
		return ERR_SYNTAX;
	}
	if (*template == '\0') {
		text_add(message_r, "empty; a refused sender needs at least %{url}");
		return ERR_SYNTAX;
	}
	while ((more = next_piece(&template, &piece)) > 0) {
		longest += piece.is_variable ? variables[piece.variable].longest : piece.length;
		if (piece.is_variable && piece.variable == VARIABLE_URL)
			longest += strlen(site_url);
	}
	if (more < 0)
		return say_bad_variable(template, message_r);
	if (longest > REPLY_ROOM) {
		text_add_format(message_r,
			"replies could have %zu bytes, but SMTP allows 512; "
			"shorten the template by %zu",
			longest + 512 - REPLY_ROOM, longest - REPLY_ROOM);
		return ERR_RANGE;
	}
	return ERR_NONE;
}

/* Writes the values of a hit's variables, but not of its reason. */
static void fill_values(
	char values_r[VARIABLE_COUNT][REPLY_TEXT_SIZE], const char *site_url, const struct hit *hit)
{
	const struct listing *listing = &hit->listing;
	char *client = values_r[VARIABLE_CLIENT], *expires_at = values_r[VARIABLE_EXPIRES_AT];

	addr_format(&hit->client.addr, client);
	text_copy(values_r[VARIABLE_LIST], REPLY_TEXT_SIZE, listing->list);
	network_format(&listing->network, values_r[VARIABLE_NETWORK]);
	struct text url = text_over(values_r[VARIABLE_URL], REPLY_TEXT_SIZE);
	text_add_format(&url, "%s" URL_PATH "%s", site_url, client);
	text_copy(values_r[VARIABLE_REF], REPLY_TEXT_SIZE, hit->ref);
	clock_format(listing->listed_at, values_r[VARIABLE_LISTED_AT]);
	if (listing->expires_at == CLOCK_NEVER)
		text_copy(expires_at, REPLY_TEXT_SIZE, "never");
	else
		clock_format(listing->expires_at, expires_at);
}

/* Fills in the values, the reason so far as it is there; returns how many places the reason has. */
static size_t expand(
	const char *template, char values[VARIABLE_COUNT][REPLY_TEXT_SIZE], struct text *text_r)
{
	struct piece piece;
	size_t reasons = 0;

	text_clear(text_r);
	while (next_piece(&template, &piece) > 0) {
		if (piece.is_variable)
			text_add(text_r, values[piece.variable]);
		else
			text_add_octets(text_r, piece.octets, piece.length);
		reasons += piece.is_variable && piece.variable == VARIABLE_REASON;
	}
	return reasons;
}

void reply_fill_template(const char *template, const char *site_url, const struct hit *hit,
	size_t room, char text_r[REPLY_TEXT_SIZE])
{
	char values[VARIABLE_COUNT][REPLY_TEXT_SIZE], *value = values[VARIABLE_REASON];
	struct text text = text_over(text_r, REPLY_TEXT_SIZE);
	struct text reason = text_over(value, REPLY_TEXT_SIZE);
	size_t most = REPLY_REASON_MIN;

	fill_values(values, site_url, hit);
	size_t places = expand(template, values, &text);
	/* The places of the reason share the room that the rest leaves. */
	if (places > 0 && room > text.length && (room - text.length) / places > most)
		most = (room - text.length) / places;
	text_add_printable(&reason, hit->listing.reason);
	if (reason.length > most)
		memcpy(value + most - 3, "...", sizeof("..."));
	expand(template, values, &text);
}

struct reply reply_of_answer(enum answer answer)
{
	static const struct reply replies[] = {
		[ANSWER_CONTINUE] = {.answer = ANSWER_CONTINUE},
		[ANSWER_ACCEPT] = {.answer = ANSWER_ACCEPT},
		/* 5.7.1: delivery not authorized, message refused (RFC 3463, 3.8). */
		[ANSWER_REFUSE] = {.answer = ANSWER_REFUSE, .code = "550", .status = "5.7.1"},
		[ANSWER_DEFER] = {.answer = ANSWER_DEFER, .code = "450", .status = "4.7.1"},
	};

	return replies[answer];
}

struct reply reply_of_failure(void)
{
	/* 4.3.0: other or undefined mail system status (RFC 3463, 3.4). */
	return (struct reply){
		.answer = ANSWER_DEFER,
		.code = "451",
		.status = "4.3.0",
		.text = "Temporary local failure; please try again later",
	};
}

void reply_tag_header(const struct hit *hit, struct text *value_r)
{
	char client[ADDR_TEXT_SIZE], network[NETWORK_TEXT_SIZE], reason[REASON_SIZE];
	struct text text = TEXT_OVER(reason);

	addr_format(&hit->client.addr, client);
	network_format(&hit->listing.network, network);
	text_add_printable(&text, hit->listing.reason);
	for (char *c = reason; *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			*c = '\'';
	}
	text_add_format(value_r, "%s; client=%s; network=%s; reason=\"%s\"; ref=%s",
		hit->listing.list, client, network, reason, hit->ref);
}
