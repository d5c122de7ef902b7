/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_REQUESTS_H
#define STORE_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "core/listing.h"

struct change;
struct db;
struct evidence;

/* What somebody asks for: to take an address off a list, or to put one on a list. */
enum request_kind { REQUEST_REMOVAL, REQUEST_NOMINATION };

enum request_state {
	REQUEST_OPEN,    /* a test is due or under way */
	REQUEST_RETRY,   /* tested without a decision; another test is due */
	REQUEST_REVIEW,  /* waits for the operator's decision */
	REQUEST_GRANTED, /* off the list; a nomination: listed */
	REQUEST_DENIED,  /* still listed; a nomination: not listed */
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
	char contact[REQUEST_CONTACT_SIZE]; /* shown only to the operator */
	char note[REQUEST_NOTE_SIZE];       /* what the requester says was done */
	char token[REQUEST_TOKEN_SIZE];     /* of its form; empty: not filed with a form */
	bool waived;                        /* it skipped the waiting time */
	int64_t next_test_at;               /* CLOCK_NEVER: none is due */
	int tests;                          /* number of tests so far */
	int64_t test_began_at;              /* CLOCK_NEVER: none is under way */
	int64_t decided_at;                 /* CLOCK_NEVER: undecided */
	char decided_by[REQUEST_WHO_SIZE];
	char verdict[32]; /* of the latest test; empty: none yet */
	char why[REQUEST_WHY_SIZE];
	int64_t evidence_id; /* the spam copy of a nomination; 0: none */
};

/*
 * Files a request in one transaction, with the spam copy of a nomination (NULL: none). The caller
 * sets kind, state (open with next_test_at, or review), address, list_id, requested_at and what the
 * requester said; id and evidence_id are set here. ERR_EXISTS when a request with this token
 * exists, or one of the same kind, address and list is undecided; then request->id is the id of
 * that one.
 */
int requests_file(struct db *db, struct request *request, const struct evidence *spam)
	__attribute__((warn_unused_result));

/* ERR_NOT_FOUND. */
int requests_get(struct db *db, int64_t id, struct request *request_r)
	__attribute__((warn_unused_result));

/*
 * Adds what request says to the undecided one with its id, which somebody else filed, and brings
 * that one's test forward to test_at. Nothing happens when the token was filed before.
 */
int requests_repeat(struct db *db, const struct request *request, int64_t test_at)
	__attribute__((warn_unused_result));

/* What somebody said who asked again while a request was undecided. Valid during the call. */
struct repeated_request {
	int64_t filed_at;
	const char *filed_by;
	const char *filed_from; /* empty: not known */
	const char *contact;
	const char *note;
};

int requests_each_repeated(struct db *db, int64_t id,
	void (*take)(void *context, const struct repeated_request *repeated), void *context)
	__attribute__((warn_unused_result));

/* The request with the token of a form, or to which a form was added. ERR_NOT_FOUND. */
int requests_find_token(struct db *db, const char *token, struct request *request_r)
	__attribute__((warn_unused_result));

/* Whether a nomination of the address is undecided. */
int requests_is_nominated(struct db *db, const struct addr *address, bool *nominated_r)
	__attribute__((warn_unused_result));

/* The removal requests for an address and list since its last removal. */
struct request_record {
	int64_t denied;     /* how many of the requester's were denied */
	int64_t decided_at; /* when the last of those was decided; 0: none was */
	bool waived;        /* one skipped the waiting time, and the host was not open */
};

/* Counts those of one requester: of an IPv6 address, those of its /64. */
int requests_read_record(struct db *db, const struct addr *address, int list_id,
	const struct addr *requester, struct request_record *record_r)
	__attribute__((warn_unused_result));

/* The undecided request of this kind for an address on a list; *id_r 0: there is none. */
int requests_find_undecided(struct db *db, enum request_kind kind, const struct addr *address,
	int list_id, int64_t *id_r) __attribute__((warn_unused_result));

/*
 * When the next removal request is accepted: the first at once, the next an hour after the first
 * was denied, then after twice the time at each denial, up to a day.
 */
int64_t requests_next_allowed(const struct request_record *record);

/* Gives the undecided requests to `take`, the oldest first. The request is valid during the call.
 */
int requests_each_undecided(
	struct db *db, void (*take)(void *context, const struct request *request), void *context)
	__attribute__((warn_unused_result));

/* For metrics: gives the number of requests of each kind and state to `take`. */
int requests_count(struct db *db,
	void (*take)(void *context, const char *kind, const char *state, int64_t count),
	void *context) __attribute__((warn_unused_result));

/* When the oldest undecided request was filed; CLOCK_NEVER: there is none. */
int requests_oldest_undecided(struct db *db, int64_t *at_r) __attribute__((warn_unused_result));

/*
 * Stores the operator's decision and does what follows from it, in one transaction. A granted
 * removal ends the listing of exactly this address; ERR_REFUSED when only a wider network covers
 * it, which the operator has to remove. A granted nomination is confirmed: its test is due at once.
 * ERR_NOT_FOUND; ERR_EXISTS when it is decided already.
 */
int requests_decide(struct db *db, int64_t id, bool granted, const char *who, const char *why,
	int64_t now) __attribute__((warn_unused_result));

/*
 * Sets a request's state to granted or denied, with the verdict of its test (NULL: not tested), and
 * nothing else. For the modules of store/, inside a transaction. ERR_EXISTS when it is decided.
 */
int requests_set_decided(struct db *db, int64_t id, bool granted, const char *verdict,
	const struct change *change) __attribute__((warn_unused_result));

const char *request_kind_name(enum request_kind kind);
const char *request_state_name(enum request_state state);

#endif
