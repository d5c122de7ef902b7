/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_LISTING_LIMITS_H
#define CTL_LISTING_LIMITS_H

#include <stdbool.h>

#include "base/network.h"
#include "core/listing.h"

#define LIMITS_TEXT_SIZE 256

struct ifaddrs;
struct reserved_rules;
struct text;

/* What may not be listed: reserved ranges, this machine, and what is wider than the list allows. */
struct listing_limits {
	const struct list *list;
	struct ifaddrs *own;
	const struct reserved_rules *hosts;
	bool forced; /* everything may, except the test entries */
	size_t wide; /* how many were allowed only because of that and for their width */
	struct network widest;
};

/* Reads the current addresses of the machine. list and hosts must outlive the limits. */
void limits_begin(struct listing_limits *limits, const struct list *list,
	const struct reserved_rules *hosts, bool forced);

/* Whether a network may be listed; if not, why_r says why not, beginning with the network. */
bool limits_allow(
	struct listing_limits *limits, const struct network *network, char why_r[LIMITS_TEXT_SIZE]);

/* Warns of what was allowed although it is too wide. */
void limits_warn(const struct listing_limits *limits);

/* Whether this is a test entry, which is a rule and not a row; why_r says so. */
bool limits_test_entry(const struct network *network, struct text *why_r);

void limits_end(struct listing_limits *limits);

#endif
