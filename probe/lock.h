/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PROBE_LOCK_H
#define PROBE_LOCK_H

#include <stdbool.h>

struct text;

/*
 * One worker at a time: it holds a lock on the file DATABASE-opsprobe while it lives. The system
 * lets go of it with the process, however that ends; the file stays.
 */

/* Takes the lock for as long as the process lives. ERR_EXISTS when another worker has it, ERR_IO.
 */
int lock_take(const char *database, struct text *message_r) __attribute__((warn_unused_result));

/* Whether a worker holds it, or this process may not know. */
bool lock_is_held(const char *database);

#endif
