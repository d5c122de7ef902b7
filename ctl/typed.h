/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CTL_TYPED_H
#define CTL_TYPED_H

#include <stdbool.h>

#include "base/network.h"

struct text;

/*
 * Read what somebody typed, on the command line or in a file. False if it cannot be read; fault_r
 * then says what was typed, what is wrong with it and, if that is clear, what was meant.
 */
bool typed_network(const char *string, struct network *network_r, struct text *fault_r);
bool typed_addr(const char *string, struct addr *addr_r, struct text *fault_r);

#endif
