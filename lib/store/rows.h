/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

struct listing;
struct statement;

/* Reads a row whose columns are those of FIND_LISTINGS, in their order. */
void row_listing(struct statement *row, struct listing *listing_r);

#endif
