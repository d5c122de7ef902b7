/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_BOUNDS_H
#define CTL_BOUNDS_H

#include <stdbool.h>

#include "base/network.h"
#include "core/listing.h"

#define BOUNDS_TEXT_SIZE 256

struct ifaddrs;

/* What may not be listed: reserved ranges, this machine, and what is wider than the list allows. */
struct bounds {
	const struct list *list;
	struct ifaddrs *own;
	bool forced; /* everything may */
};

/* Reads the current addresses of the machine. list must outlive the limits. */
void bounds_begin(struct bounds *bounds, const struct list *list, bool forced);

/* Whether a network may be listed; if not, why_r says why not, beginning with the network. */
bool bounds_allow(
	const struct bounds *bounds, const struct network *network, char why_r[BOUNDS_TEXT_SIZE]);

void bounds_end(struct bounds *bounds);

#endif
