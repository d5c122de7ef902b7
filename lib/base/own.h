/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_OWN_H
#define BASE_OWN_H

#include <stdbool.h>

#include "base/addr.h"

/* Whether an address is one of this machine's interfaces, as they are now. */
bool addr_is_own(const struct addr *addr);

#endif
