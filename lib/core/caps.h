/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CORE_CAPS_H
#define CORE_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The limits on what all strangers together may file: visitors of the site, senders to traps. */
struct caps {
	long nominations_per_day;
	long nomination_mb_per_day; /* of spam copies */
	long nomination_mb;         /* of all spam copies that are kept */
	long open_requests;         /* undecided, removals included */
	long free_mb; /* free space that strangers do not use; at most a tenth of the disk */
};

/* How much they have filed. */
struct usage {
	int64_t nominations;  /* in the last day */
	int64_t octets_today; /* of their copies */
	int64_t octets;       /* of all copies that are kept */
	int64_t undecided;
	uint64_t free_octets; /* of the file system with the databases */
	uint64_t disk_octets; /* its size */
};

enum cap {
	CAP_NONE, /* there is room */
	CAP_NOMINATIONS,
	CAP_OCTETS_TODAY,
	CAP_OCTETS,
	CAP_REQUESTS,
	CAP_SPACE,
};

/* The cap that one more filing would pass. octets: of its spam copy; a removal has none. */
enum cap caps_check(
	const struct caps *caps, const struct usage *usage, bool nomination, size_t octets);

/* What is full, for a log line: "caps.nominations_per_day is reached". */
const char *cap_text(enum cap cap);

#endif
