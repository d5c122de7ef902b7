/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_SUPPORT_FAULTS_H
#define TESTS_SUPPORT_FAULTS_H

#include <stdbool.h>

/*
 * Calls of the system that fail when a test says so. A test that links faults.c with FAULT_OPTIONS
 * (tests/local.mk) gets its own and the library's calls of the functions in faults.c; what shared
 * libraries call is not touched. For one thread at a time.
 */

/*
 * The call number `call` from now on (1: the next one) of this function fails, once, with this
 * errno. "memory" means malloc(), calloc(), realloc() and strdup() together. A function that
 * faults.c does not have fails the test.
 */
void fault_at(const char *function, unsigned call, int error);

/* Whether that call was made; from now on none fails. */
bool fault_happened(void);

#endif
