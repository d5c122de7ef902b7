/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_CONTEXT_H
#define CTL_CONTEXT_H

#include "base/network.h"
#include "core/listing.h"
#include "ctl/command.h"
#include "ctl/options.h"
#include "store/db.h"
#include "store/history.h"
#include "store/lists.h"

struct conf;
struct text;

/* Octets of an error message of the configuration or a database. */
#define CONTEXT_MESSAGE_SIZE 1024

/* What a command works with. The functions below print an error before they fail. */
struct context {
	struct options options;
	const struct command *command;
	const struct form *form; /* as it was typed */
	const char *conf_path;
	struct conf *conf; /* read before a command runs */
	struct db *ops;    /* NULL until it is opened; the lists are read then */
	struct lists lists;
	struct db *hits; /* the same */
	char who[REASON_SIZE];
	/* What the form asks for; see struct form. */
	char **words; /* the operand and what follows it */
	size_t word_count;
	struct addr addr;
	struct network network;
	char operand[NETWORK_TEXT_SIZE]; /* either in its canonical spelling */
	int64_t number;                  /* 0: the operand is the token of a request */
	struct list list;
};

/* Whether the output is JSON. */
bool context_json(const struct context *context);

/* An option's value, or the fallback if it was not given. */
const char *context_option(const struct context *context, enum option_id id, const char *fallback);

/* Reads the configuration and finds the name of the user. STATUS_DONE, or STATUS_USAGE. */
enum status context_begin(struct context *context);

/* Reads and opens what the form needs before it runs. STATUS_USAGE or STATUS_FAILED if it cannot.
 */
enum status context_prepare(struct context *context);

/*
 * Closes what is open and frees the configuration. What a command that ends with STATUS_DONE has
 * changed is written from the write-ahead log to the database.
 */
void context_end(struct context *context, enum status status);

/* Opens a database in the administrator's role. An error, with message_r, if that fails. */
int context_try_open(const char *path, enum db_kind kind, bool writable, struct db **db_r,
	struct text *message_r);

/* The same for those of the configuration. STATUS_DONE, or STATUS_FAILED. */
enum status context_open_ops(struct context *context, bool writable);
enum status context_open_hits(struct context *context, bool writable);

/* Reports a failed call on an open database: path, error, SQLite's message. STATUS_FAILED. */
enum status context_failed(const struct db *db, int err);

/* The same, or STATUS_DONE for ERR_NONE. */
enum status context_status(const struct db *db, int err);

/* A change for the history, made now by the user. Strings are not copied. */
struct change context_change(const struct context *context, const char *what, const char *why);

/* Makes context->list the one of a name. STATUS_USAGE, naming the known lists, if there is none. */
enum status context_find_list(struct context *context, const char *name);

/* STATUS_USAGE if the option is missing or its text is not a valid reason. */
enum status context_check_text(const struct context *context, enum option_id id);

/* A time that a command is about, from its first to its last second. */
struct span {
	int64_t since;
	int64_t until;
};

/* Reads --since (fallback where it was not given) and --until. STATUS_USAGE after reporting. */
enum status context_read_span(
	const struct context *context, const char *fallback, struct span *span_r);

/*
 * When a listing that is added now ends: by --expires, else by the setting of context->list.
 * STATUS_USAGE after reporting.
 */
enum status context_read_expiry(const struct context *context, int64_t *expires_at_r);

/*
 * Whether to go ahead with what cannot be undone. Asks where standard input is a terminal and --yes
 * was not given.
 */
bool context_confirm(const struct context *context, const char *question);

/* Reports a change of the operand: "OPERAND SENTENCE LIST", or JSON with `state`. list may be NULL.
 */
void context_say_done(
	const struct context *context, const char *list, const char *state, const char *sentence);

#endif
