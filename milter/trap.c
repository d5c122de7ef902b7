/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages to trap recipients: the copy, and its way to a nomination. */
#include "milter/trap.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "conf/conf.h"
#include "milter/background.h"
#include "milter/counters.h"
#include "milter/filter.h"

#define HOUR_SECS 3600
/* A copy grows by at least this many octets. */
#define COPY_STEP ((size_t)16 * 1024)

/* Octets of all copies: of current messages and of those that wait to be filed. */
static atomic_size_t copies_size;

bool trap_is_recipient(const struct conf_milter *conf, const char *mailbox)
{
	for (size_t i = 0; i < conf->trap_recipient_count; i++)
		if (strcasecmp(conf->trap_recipients[i], mailbox) == 0)
			return true;
	return false;
}

void trap_take_recipient(struct trap *trap, const char *argument, bool is_trap)
{
	char *copy = NULL;

	if (is_trap && trap->count < TRAP_RECIPIENTS_MAX)
		copy = strdup(argument);
	if (copy != NULL)
		trap->recipients[trap->count++] = copy;
	else
		trap->has_others = trap->has_others || !is_trap;
}

static void free_copy(char *copy, size_t room)
{
	free(copy);
	atomic_fetch_sub(&copies_size, room);
}

/* Makes room for more octets; false at a limit or without memory. */
static bool make_room(struct trap *trap, size_t length)
{
	size_t room = trap->room;
	size_t more;
	char *larger;

	if (length <= trap->room - trap->length)
		return true;
	while (room - trap->length < length)
		room += room < COPY_STEP ? COPY_STEP : room;
	more = room - trap->room;
	if (atomic_fetch_add(&copies_size, more) + more > TRAP_COPIES_MAX) {
		atomic_fetch_sub(&copies_size, more);
		return false;
	}
	larger = realloc(trap->copy, room);
	if (larger == NULL) {
		atomic_fetch_sub(&copies_size, more);
		return false;
	}
	trap->copy = larger;
	trap->room = room;
	return true;
}

void trap_add(struct trap *trap, const void *octets, size_t length)
{
	if (length > TRAP_COPY_MAX - trap->length)
		length = TRAP_COPY_MAX - trap->length;
	if (length == 0 || !make_room(trap, length))
		return;
	memcpy(trap->copy + trap->length, octets, length);
	trap->length += length;
}

void trap_add_header(struct trap *trap, const char *name, const char *value)
{
	trap_add(trap, name, strlen(name));
	trap_add(trap, ": ", 2);
	trap_add(trap, value, strlen(value));
	trap_add(trap, "\n", 1);
}

/* Adds a word from the client without characters that begin or end a comment. */
static void add_word(struct text *text, const char *word)
{
	for (; *word != '\0'; word++)
		text_add_char(text, strchr("()[]\\<>;", *word) != NULL ? '?' : *word);
}

void trap_begin_copy(struct trap *trap, const struct client *client)
{
	char buffer[1024];
	struct text text = TEXT_OVER(buffer);
	char address[ADDR_TEXT_SIZE], date[64];
	time_t now = (time_t)clock_now();
	struct tm utc;

	addr_format(&client->addr, address);
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", gmtime_r(&now, &utc));
	text_add(&text, "Received: from ");
	add_word(&text, client->helo[0] != '\0' ? client->helo : "unknown");
	text_add(&text, " (");
	add_word(&text,
		client->name[0] != '\0' && client->name[0] != '[' ? client->name : "unknown");
	text_add_format(
		&text, " [%s%s])\n\tby ", addr_is_ipv4(&client->addr) ? "" : "IPv6:", address);
	add_word(&text, client->mta[0] != '\0' ? client->mta : "localhost");
	text_add(&text, " with SMTP id ");
	add_word(&text, client->queue_id[0] != '\0' ? client->queue_id : "unknown");
	text_add_format(&text, ";\n\t%s\n", date);
	trap_add(trap, buffer, text.length);
}

/* Whether one more may be filed in the hour that began with the first one. */
static bool hour_has_room(long most)
{
	static atomic_llong began_at;
	static atomic_long filed;
	long long now = clock_monotonic_msecs() / 1000;
	long long began = atomic_load(&began_at);

	if (began == 0 || now - began >= HOUR_SECS) {
		if (atomic_compare_exchange_strong(&began_at, &began, now > 0 ? now : 1))
			atomic_store(&filed, 0);
	}
	return atomic_fetch_add(&filed, 1) < most;
}

void trap_file(struct trap *trap, struct filter *filter, const struct client *client)
{
	struct trapped *trapped;

	counters_add(COUNTER_TRAPPED);
	if (trap->length == 0 || !hour_has_room(filter->conf->milter.traps_per_hour))
		return;
	trapped = calloc(1, sizeof(*trapped));
	if (trapped == NULL)
		return;
	snapshot_hold_again(&filter->snapshot);
	trapped->filter = filter;
	trapped->address = client->addr;
	trapped->at = clock_now();
	trapped->copy = trap->copy;
	trapped->length = trap->length;
	trapped->room = trap->room;
	trapped->free_copy = free_copy;
	trap->copy = NULL;
	trap->length = trap->room = 0;
	background_file(trapped);
}

void trap_end_message(struct trap *trap)
{
	for (size_t i = 0; i < trap->count; i++)
		free(trap->recipients[i]);
	free_copy(trap->copy, trap->room);
	*trap = (struct trap){.count = 0};
}
