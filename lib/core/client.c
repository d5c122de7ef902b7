/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of an SMTP client, made safe to store and show. */
#include "core/client.h"

#include <string.h>

#include "base/text.h"

const char *stage_name(enum stage stage)
{
	static const char *const names[] = {
		[STAGE_CONNECT] = "connect",
		[STAGE_HELO] = "helo",
		[STAGE_MAIL] = "mail",
		[STAGE_RCPT] = "rcpt",
		[STAGE_CLOSE] = "close",
	};

	return names[stage];
}

void client_set(char *field, size_t size, const char *value)
{
	struct text text = text_over(field, size);

	if (value != NULL)
		text_add_terminal(&text, value);
}

void client_set_mailbox(char *field, size_t size, const char *path)
{
	client_set(field, size, path);
	if (field[0] != '<')
		return;

	/* A source route is "@one,@two:"; elsewhere, only a quoted local part has a colon. */
	const char *start = field + 1;
	const char *route_end = *start == '@' ? strchr(start, ':') : NULL;
	if (route_end != NULL)
		start = route_end + 1;
	size_t length = strlen(start);
	if (length > 0 && start[length - 1] == '>')
		length--;
	memmove(field, start, length);
	field[length] = '\0';
}
