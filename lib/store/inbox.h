/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_INBOX_H
#define STORE_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reserved.h"
#include "core/caps.h"
#include "store/requests.h"

struct db;
struct text;

/*
 * The inbox: what visitors of the site and senders to traps file. The site and the filter write it
 * and can write nothing else of the lists; the prober's worker takes the filings into the database
 * of listings. A row is what somebody claims, so the worker checks it as if it came from the
 * network.
 */

/* Who files what the filter traps. All others are "visitor". */
#define INBOX_FILTER "opsmilter"

/* A removal request or a nomination that waits. The spam copy belongs to the caller. */
struct filing {
	int64_t id;
	struct request
		request;  /* kind, address, list, requested_at, who and what was said, token */
	const void *spam; /* of a nomination */
	size_t length;
};

/* Files it. The token must not be empty. ERR_EXISTS when one with this token waits. */
int inbox_file(struct db *inbox, const struct filing *filing) __attribute__((warn_unused_result));

/* A token for what does not come from a form. */
void inbox_make_token(char token_r[REQUEST_TOKEN_SIZE]);

/* The one with this token, without its spam copy. ERR_NOT_FOUND. */
int inbox_find(struct db *inbox, const char *token, struct filing *filing_r)
	__attribute__((warn_unused_result));

/* How much strangers have filed, and the free space. inbox NULL: without what waits; ops NULL: only
 * what waits. */
int inbox_read_usage(struct db *ops, struct db *inbox, int64_t now, struct usage *usage_r)
	__attribute__((warn_unused_result));

struct inbox_rules {
	struct reserved_rules hosts;
	int64_t cooldown_secs;            /* between two tests for removal of an address */
	int64_t nomination_cooldown_secs; /* between its latest test and that of a nomination */
	struct caps caps;
};

/* What became of a filing. */
struct inbox_taken {
	struct filing filing; /* without its spam copy */
	int64_t request_id;   /* 0: it was dropped, for the reason in why */
	char why[512];
};

/*
 * Takes what waits, removals first, at most INBOX_AT_ONCE. Each is checked again, filed in ops in
 * one transaction, and then deleted here; one that ends between the two is not filed again, by its
 * token. What cannot be filed (not listed, no Received field of that address …) is dropped. While a
 * cap is reached, nominations wait. `told` hears of each. After an error *failed_r is the database
 * that failed; the rest waits.
 */
#define INBOX_AT_ONCE 32
int inbox_take(struct db *inbox, struct db *ops, const struct inbox_rules *rules, int64_t now,
	void (*told)(void *context, const struct inbox_taken *taken), void *context,
	struct db **failed_r) __attribute__((warn_unused_result));

#endif
