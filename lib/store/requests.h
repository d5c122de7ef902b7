/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_REQUESTS_H
#define STORE_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "core/listing.h"

struct db;
struct evidence;

/* What somebody asks for: an address off a list, or onto one. */
enum request_kind { REQUEST_REMOVAL, REQUEST_NOMINATION };

enum request_state {
	REQUEST_OPEN,    /* a test is due or under way */
	REQUEST_RETRY,   /* tested without a decision; another test is due */
	REQUEST_REVIEW,  /* waits for the operator */
	REQUEST_GRANTED, /* off the list; a nomination: listed */
	REQUEST_DENIED,  /* stays; a nomination: not listed */
};

#define REQUEST_WHO_SIZE 128
#define REQUEST_CONTACT_SIZE 256
#define REQUEST_NOTE_SIZE 2048
#define REQUEST_WHY_SIZE 512
#define REQUEST_TOKEN_SIZE 64

/* One request, a row. 3 kB: on a stack. Texts hold any UTF-8 that a visitor typed. */
struct request {
	int64_t id;
	enum request_kind kind;
	enum request_state state;
	struct addr address;
	int list_id;
	char list[LIST_NAME_SIZE]; /* read only */
	int64_t requested_at;
	char filed_by[REQUEST_WHO_SIZE];    /* "visitor", "opsmilter" (a trap), or a login name */
	bool from_visitor;                  /* filed_from is known */
	struct addr filed_from;             /* the visitor's; never shown to others */
	char contact[REQUEST_CONTACT_SIZE]; /* shown to nobody but the operator */
	char note[REQUEST_NOTE_SIZE];       /* what was done, in the requester's words */
	char token[REQUEST_TOKEN_SIZE];     /* of its form; empty: it came from none */
	bool waived;                        /* it skipped the waiting time */
	int64_t next_test_at;               /* CLOCK_NEVER: none is due */
	int tests;                          /* made for it so far */
	int64_t test_began_at;              /* CLOCK_NEVER: none is under way */
	int64_t decided_at;                 /* CLOCK_NEVER: undecided */
	char decided_by[REQUEST_WHO_SIZE];
	char verdict[32]; /* of the latest test; empty: there was none */
	char why[REQUEST_WHY_SIZE];
	int64_t evidence_id; /* the spam copy of a nomination; 0: none */
};

/*
 * Files a request in one transaction, with the spam copy of a nomination (NULL: none). request has
 * kind, state (open with next_test_at, or review), address, list_id, requested_at and all that the
 * requester said; id and evidence_id are set. ERR_EXISTS when a request has its token, or one of
 * the same kind, address and list is undecided: request->id is that one's.
 */
int requests_file(struct db *db, struct request *request, const struct evidence *spam)
	__attribute__((warn_unused_result));

/* ERR_NOT_FOUND. */
int requests_get(struct db *db, int64_t id, struct request *request_r)
	__attribute__((warn_unused_result));

/* The one of a form's token. ERR_NOT_FOUND. */
int requests_find_token(struct db *db, const char *token, struct request *request_r)
	__attribute__((warn_unused_result));

/* Whether a nomination of the address is undecided. */
int requests_is_nominated(struct db *db, const struct addr *address, bool *nominated_r)
	__attribute__((warn_unused_result));

/* What is known of the removal requests for an address and list since its last removal. */
struct request_record {
	int64_t denied;     /* how many were denied */
	int64_t decided_at; /* when the last one was; 0: none was */
	bool waived;        /* one of them skipped the waiting time */
};

int requests_read_record(struct db *db, const struct addr *address, int list_id,
	struct request_record *record_r) __attribute__((warn_unused_result));

/*
 * When the next removal request is taken: at once for the first, an hour after the first that was
 * denied, then twice as long each time, up to a day.
 */
int64_t requests_next_allowed(const struct request_record *record);

/* Which requests are asked for. */
struct requests_filter {
	bool undecided;             /* only those that nobody decided yet */
	const struct addr *address; /* NULL: of any */
	int64_t limit;              /* negative: all */
};

/* The oldest first where only undecided ones are asked for, else the newest. The request lasts for
 * the call. */
int requests_each(struct db *db, const struct requests_filter *filter,
	void (*take)(void *context, const struct request *request), void *context)
	__attribute__((warn_unused_result));

/* For metrics: how many there are of each kind and state. */
int requests_count(struct db *db,
	void (*take)(void *context, const char *kind, const char *state, int64_t count),
	void *context) __attribute__((warn_unused_result));

/* When the oldest undecided one was filed; CLOCK_NEVER: there is none. */
int requests_oldest_undecided(struct db *db, int64_t *at_r) __attribute__((warn_unused_result));

/*
 * The operator decides, in one transaction with what follows from it. A removal that is granted
 * ends all listings of its list that are of this very address; ERR_REFUSED when only a wider
 * network covers it, which the operator removes himself. A nomination that is kept (granted) is
 * due for its test, as its spam counts as confirmed; one that is not is denied. ERR_NOT_FOUND;
 * ERR_EXISTS when it is decided already.
 */
int requests_decide(struct db *db, int64_t id, bool granted, const char *who, const char *why,
	int64_t now) __attribute__((warn_unused_result));

const char *request_kind_name(enum request_kind kind);
const char *request_state_name(enum request_state state);

#endif
