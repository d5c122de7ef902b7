/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_LISTING_H
#define CORE_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/network.h"

struct text;

#define LIST_NAME_SIZE 17     /* octets of a list's name, NUL included */
#define REASON_SIZE 256       /* octets of a reason, NUL included */
#define LIST_OF_PROXIES "ops" /* the list that the prober decides on */
#define LISTS_MAX 64          /* lists in one database; the schema has this limit too */

/* What a list does to a listed client's mail; a greater number is stricter. */
enum list_action { LIST_LOG, LIST_TAG, LIST_DEFER, LIST_REFUSE };

/* How an address is removed from a list. */
enum list_removal { REMOVAL_RETEST, REMOVAL_REVIEW, REMOVAL_EXPIRE };

/* A list, as `opsctl list` shows and sets it. */
struct list {
	int id; /* 1 to LISTS_MAX */
	char name[LIST_NAME_SIZE];
	char title[REASON_SIZE];
	enum list_action action;
	enum list_removal removal;
	int64_t expires;   /* seconds until a listing expires, or CLOCK_NEVER */
	int dns_code;      /* the last octet of 127.0.0.x */
	unsigned max_ipv4; /* the shortest prefix length that may be listed, as it is written: 0 to
			      32 */
	unsigned max_ipv6; /* 0 to 128 */
};

/* One network on one list, in force. */
struct listing {
	int64_t id; /* 0 for the test entry, which has no row */
	int list_id;
	char list[LIST_NAME_SIZE];
	enum list_action action;
	struct network network;
	char reason[REASON_SIZE];
	int64_t listed_at;
	int64_t expires_at; /* CLOCK_NEVER: until it is removed */
	int64_t evidence_id;
};

/* The test entries (RFC 5782, 5): rules, not rows. */
enum test_entry {
	TEST_ENTRY_NONE,
	TEST_ENTRY_LISTED,   /* 127.0.0.2: on every list, always */
	TEST_ENTRY_UNLISTED, /* 127.0.0.1: never on any */
};

enum test_entry listing_test_entry(const struct addr *addr);

/* The listing of the test entry on a list. */
struct listing listing_of_test_entry(const struct list *list);

/*
 * The names in the databases and the commands. The _parse functions return false and do not change
 * the value if there is no such name.
 */
const char *list_action_name(enum list_action action);
bool list_action_parse(const char *name, enum list_action *action_r);
const char *list_removal_name(enum list_removal removal);
bool list_removal_parse(const char *name, enum list_removal *removal_r);

/* 1 to 16 of a-z, 0-9 and '-', as in the schema. */
bool list_name_valid(const char *name);

/*
 * What is wrong with a reason, in words to follow its name ("is empty"); NULL: nothing. It has at
 * least one octet, fewer than REASON_SIZE, and is UTF-8 without control characters and without
 * those that turn the direction of the text.
 */
const char *reason_fault(const char *reason);

/* Whether network is wider than list allows. */
bool listing_too_wide(const struct list *list, const struct network *network);

#endif
