/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MAIL_PATTERN_H
#define MAIL_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* The regular expressions of this folder (PCRE), compiled once. */
enum pattern {
	PATTERN_USUAL_CASE,      /* a run of letters: small, capital, or Capital */
	PATTERN_NUMBER,          /* a short number, with up to two letters behind it */
	PATTERN_HOST,            /* a host name with a top-level domain */
	PATTERN_LABEL,           /* a label of a host name that is not a token */
	PATTERN_MARKS,           /* a few punctuation marks, or a line of one of them */
	PATTERN_JOINT,           /* what joins the parts of a word: a hyphen, an apostrophe … */
	PATTERN_NO_WORD,         /* a run of what is neither letter nor digit */
	PATTERN_LINK,            /* where a link begins */
	PATTERN_RECIPIENT_FIELD, /* the name of a field that names recipients */
	PATTERN_ANSWER_FIELD,    /* of one that the pattern before takes for such by mistake */
	PATTERN_SENDER_FIELD,    /* of one with mailboxes of the sender's side */
	PATTERN_MESSAGE_FIELD,   /* of one that a message has, and other texts seldom have */
	PATTERN_VERP,            /* 1: a local part with a mailbox in it */
	PATTERN_RECEIVED_FROM,   /* 1: the from clause of a Received field */
	PATTERN_RECEIVED_FOR,    /* 1: the mailbox in its for clause */
	PATTERN_MESSAGE_TYPE,    /* a media type of messages */
	PATTERN_COUNT
};

/* Whether a pattern matches somewhere in valid UTF-8; where in begin_r, unless that is NULL. */
bool pattern_find(enum pattern pattern, const char *text, size_t *begin_r);

/* Calls take with the first group of each match. */
void pattern_each(enum pattern pattern, const char *text,
	void (*take)(void *context, const char *group), void *context);

/* The parts of a text between the matches; to be freed with g_strfreev(). */
char **pattern_split(enum pattern pattern, const char *text);

#endif
