/* SPDX-License-Identifier: BSD-2-Clause */
/* The steps of an SMTP session as an MTA tells them to the filter. */
#include "tests/milter/dialogue.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <string.h>

#include "tests/support/unit.h"

struct daemon filter;
struct mta mta;

int prepare(void **state)
{
	(void)state;
	mta.fd = -1;
	daemon_prepare(&filter, "");
	return 0;
}

int clean_up(void **state)
{
	(void)state;
	mta_close(&mta);
	daemon_remove(&filter);
	return 0;
}

char ask(const struct mta_packet *packet)
{
	assert_true(mta_send(&mta, packet));
	return mta_receive(&mta, REPLY_MSECS);
}

char say(char command, const char *argument)
{
	struct mta_packet packet;

	mta_string_command(&packet, command, argument);
	return ask(&packet);
}

char say_plain(char command)
{
	struct mta_packet packet;

	mta_begin(&packet, command);
	return ask(&packet);
}

void say_macro(char command, const char *name, const char *value)
{
	struct mta_packet packet;

	mta_macro(&packet, command, name, value);
	assert_true(mta_send(&mta, &packet));
}

char connect_as(char family, const char *address)
{
	struct mta_packet packet;

	mta_close(&mta);
	assert_true(mta_open(&mta, filter.socket));
	mta_connect(&packet, "client.example", family, address);
	return ask(&packet);
}

void hang_up(void)
{
	struct mta_packet packet;

	mta_begin(&packet, SMFIC_QUIT);
	assert_true(mta_send(&mta, &packet));
	mta_close(&mta);
}

void begin_listed(void)
{
	assert_int_equal(connect_as(SMFIA_INET, "192.0.2.1"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_HELO, "helo.example"), SMFIR_CONTINUE);
	assert_int_equal(say(SMFIC_MAIL, "<sender@example.com>"), SMFIR_CONTINUE);
}

void assert_reply_starts(const char *start)
{
	if (strncmp(mta_data(&mta), start, strlen(start)) != 0)
		fail_msg("the reply is \"%s\", not \"%s...\"", mta_data(&mta), start);
}
