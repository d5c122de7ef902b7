/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_REPLY_H
#define CORE_REPLY_H

#include <stdint.h>

#include "core/hit.h"
#include "core/verdict.h"

struct text;

/* A reply to an SMTP command, as a value. milter/answer.c passes it to libmilter. */
struct reply {
	enum answer answer;
	const char *code;   /* "550"; NULL for ANSWER_CONTINUE and ANSWER_ACCEPT */
	const char *status; /* the enhanced status code (RFC 3463), "5.7.1" */
	char text[REPLY_TEXT_SIZE];
};

/* The reason is never cut below this many octets. */
#define REPLY_REASON_MIN 32

/* Octets of a reply line without code, status, blanks and CRLF. */
#define REPLY_ROOM (REPLY_TEXT_SIZE - 1)

/*
 * Whether a template is usable: printable ASCII, known variables only, and never over 512 octets as
 * a reply line (RFC 5321, 4.5.3.1.5) for any client, list and network. ERR_SYNTAX or ERR_RANGE;
 * message_r says what is wrong and what would be right.
 */
int reply_check_template(const char *template, const char *site_url, struct text *message_r)
	__attribute__((warn_unused_result));

/*
 * Fills a checked template from a hit, which has its ref, into text_r. The reason is cut so that
 * the text has at most `room` octets, but not below REPLY_REASON_MIN; nothing else is cut, so a
 * room below REPLY_ROOM may be exceeded.
 */
void reply_fill_template(const char *template, const char *site_url, const struct hit *hit,
	size_t room, char text_r[REPLY_TEXT_SIZE]);

/* The reply of a decision, still without text. */
struct reply reply_of_answer(enum answer answer);

/* The reply when the databases cannot be used and on_error is tempfail. */
struct reply reply_of_failure(void);

/* The value of the X-OPS-Listed header for a tagged message. */
void reply_tag_header(const struct hit *hit, struct text *value_r);

#endif
