/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_MILTER_DIALOGUE_H
#define TESTS_MILTER_DIALOGUE_H

#include "tests/milter/daemon.h"
#include "tests/support/mta.h"

/* The one filter of a test, and the one connection that its MTA has to it. */
extern struct daemon filter;
extern struct mta mta;

#define REPLY_MSECS 10000

/* Before and after each test. */
int prepare(void **state);
int clean_up(void **state);

/* Sends a packet and gives the command of the reply. */
char ask(const struct mta_packet *packet);
char say(char command, const char *argument);
char say_plain(char command);
void say_macro(char command, const char *name, const char *value);

/* Opens a new connection for a client of this address; the command of the reply. */
char connect_as(char family, const char *address);
void hang_up(void);

/* The session of the listed client 192.0.2.1 up to MAIL, each step taken. */
void begin_listed(void);

void assert_reply_starts(const char *start);

#endif
