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
			"replies could have %zu octets, but SMTP allows 512; shorten the template "
			"by "
			"%zu",
			longest + 512 - REPLY_ROOM, longest - REPLY_ROOM);
		return ERR_RANGE;
	}
	return ERR_NONE;
}

/* The values of a hit's variables, and the room that its reason gets. */
struct filling {
	char values[VARIABLE_COUNT][REPLY_TEXT_SIZE];
	size_t reason_room;
};

static void fill_values(struct filling *filling, const char *site_url, const struct hit *hit)
{
	const struct listing *listing = &hit->listing;
	char client[ADDR_TEXT_SIZE];
	struct text text;

	addr_format(&hit->client.addr, client);
	text_copy(filling->values[VARIABLE_CLIENT], REPLY_TEXT_SIZE, client);
	text_copy(filling->values[VARIABLE_LIST], REPLY_TEXT_SIZE, listing->list);
	network_format(&listing->network, filling->values[VARIABLE_NETWORK]);
	text_init(&text, filling->values[VARIABLE_REASON], REPLY_TEXT_SIZE);
	text_add_printable(&text, listing->reason);
	text_init(&text, filling->values[VARIABLE_URL], REPLY_TEXT_SIZE);
	text_add_format(&text, "%s" URL_PATH "%s", site_url, client);
	text_copy(filling->values[VARIABLE_REF], REPLY_TEXT_SIZE, hit->ref);
	clock_format(listing->listed_at, filling->values[VARIABLE_LISTED_AT]);
	if (listing->expires_at == CLOCK_NEVER)
		text_copy(filling->values[VARIABLE_EXPIRES_AT], REPLY_TEXT_SIZE, "never");
	else
		clock_format(listing->expires_at, filling->values[VARIABLE_EXPIRES_AT]);
}

/* Divides the room that the rest of the reply leaves among the places of the reason. */
static void measure_reason(struct filling *filling, const char *template, size_t room)
{
	struct piece piece;
	size_t rest = 0, places = 0;

	while (next_piece(&template, &piece) > 0) {
		if (!piece.is_variable)
			rest += piece.length;
		else if (piece.variable == VARIABLE_REASON)
			places++;
		else
			rest += strlen(filling->values[piece.variable]);
	}
	filling->reason_room = REPLY_REASON_MIN;
	if (places > 0 && room > rest && (room - rest) / places > REPLY_REASON_MIN)
		filling->reason_room = (room - rest) / places;
}

static void cut_reason(struct filling *filling)
{
	char *reason = filling->values[VARIABLE_REASON];

	if (strlen(reason) > filling->reason_room)
		memcpy(reason + filling->reason_room - 3, "...", sizeof("..."));
}

void reply_fill_template(const char *template, const char *site_url, const struct hit *hit,
	size_t room, char text_r[REPLY_TEXT_SIZE])
{
	struct filling filling;
	struct piece piece;
	struct text text;

	fill_values(&filling, site_url, hit);
	measure_reason(&filling, template, room);
	cut_reason(&filling);
	text_init(&text, text_r, REPLY_TEXT_SIZE);
	while (next_piece(&template, &piece) > 0) {
		if (piece.is_variable)
			text_add(&text, filling.values[piece.variable]);
		else
			text_add_octets(&text, piece.octets, piece.length);
	}
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
