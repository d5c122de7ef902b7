/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_HITS_H
#define CTL_HITS_H

#include <stdbool.h>

#include "store/hits.h"

struct table;

/* A table of hits; hits_add_row() is what hits_each() takes, with the table as its context. */
struct table *hits_new_table(bool json);
void hits_add_row(void *context, const struct hit_row *hit);

#endif
