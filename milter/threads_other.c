/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of other C libraries. */
#include "milter/threads.h"

/* Their stacks are small and used again by default. */
void threads_make_cheap(void)
{
}
